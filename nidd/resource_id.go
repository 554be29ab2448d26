package nidd

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"sync/atomic"
	"time"
)

var lastID atomic.Int64

var idText = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// newID returns the last path segment of a new resource: 24 characters that sort by age within one process, and about
// by age over several, with 56 random bits.
func newID() string {
	now := time.Now().UnixNano()
	for {
		last := lastID.Load()
		if now <= last {
			now = last + 1
		}
		if lastID.CompareAndSwap(last, now) {
			break
		}
	}
	var b [15]byte
	binary.BigEndian.PutUint64(b[:], uint64(now))
	rand.Read(b[8:]) // never fails
	return idText.EncodeToString(b[:])
}

// bornAt returns when newID made an ID, or the zero time for one of another form.
func bornAt(resourceID string) time.Time {
	b, err := idText.DecodeString(resourceID)
	if err != nil || len(b) < 8 {
		return time.Time{}
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b)))
}
