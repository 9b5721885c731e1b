package nlp

import (
	"strings"
	"sync"
	"time"

	"carebell/schedule"
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

// city gives the zone whose city has exactly that name; nil when none or several have it.
func (z *zoneTable) city(name string) *time.Location {
	names := schedule.FindZones(name)
	if len(names) != 1 {
		return nil
	}
	city := strings.ToLower(names[0][strings.LastIndexByte(names[0], '/')+1:])
	if city != strings.ReplaceAll(name, " ", "_") {
		return nil
	}
	return z.load(names[0])
}
