package nlp

import (
	"sync"
	"time"
)

// zoneTable keeps the zones that texts have named, so that each is loaded once.
type zoneTable struct{ m sync.Map }

func newZoneTable() *zoneTable { return &zoneTable{} }

// load gives nil for a zone that this machine does not know.
func (z *zoneTable) load(name string) *time.Location {
	if v, ok := z.m.Load(name); ok {
		return v.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = nil
	}
	z.m.Store(name, loc)
	return loc
}
