package conversations

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"
)

const (
	draftIDLength = 10
	// letters that cannot be mistaken for one another.
	letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
)

// ids draws ids from the state's entropy, so that a step stays a function of its input.
type ids struct {
	source *rand.ChaCha8
	random *rand.Rand
}

func newIDs(entropy [32]byte) *ids {
	source := rand.NewChaCha8(entropy)
	return &ids{source: source, random: rand.New(source)} // #nosec G404 -- ChaCha8 seeded by the system's randomness
}

func (i *ids) word(n int) string {
	b := make([]byte, n)
	for k := range b {
		b[k] = letters[i.random.IntN(len(letters))]
	}
	return string(b)
}

func (i *ids) draft() string { return i.word(draftIDLength) }
func (i *ids) code() string  { return i.word(4) }

// NewDraftID draws the id of a draft that no turn makes: the card of a dose.
func NewDraftID(entropy [32]byte) string { return newIDs(entropy).draft() }

// row is a UUIDv7 (RFC 9562): its order follows now.
func (i *ids) row(now time.Time) string {
	var b [16]byte
	_, _ = i.source.Read(b[:])                                     // never fails
	binary.BigEndian.PutUint16(b[4:], uint16(now.UnixMilli()))     // #nosec G115 -- the low 16 of 48 bits
	binary.BigEndian.PutUint32(b[0:], uint32(now.UnixMilli()>>16)) // #nosec G115 -- the high 32 of 48 bits
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
