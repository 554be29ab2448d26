package diameter

import (
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// endToEnd starts with the low 12 bits of the time in seconds, followed by 20 random bits (RFC 6733 §3), so that
// identifiers are not repeated soon after a restart either.
var endToEnd = func() *atomic.Uint32 {
	var n atomic.Uint32
	n.Store(uint32(time.Now().Unix())<<20 | rand.Uint32N(1<<20))
	return &n
}()

// NextEndToEnd returns an End-to-End Identifier that this process has not used for the last four billion requests. A
// caller that may have to repeat a request draws its identifier itself; see [Transport]. Never 0. Safe for concurrent
// use.
func NextEndToEnd() uint32 {
	for {
		if n := endToEnd.Add(1); n != 0 {
			return n
		}
	}
}

// sessions numbers Session-Ids: the high 32 bits are the time of the start, the low ones count (RFC 6733 §8.8).
var sessions = func() *atomic.Uint64 {
	var n atomic.Uint64
	n.Store(uint64(time.Now().Unix()) << 32)
	return &n
}()

// NewSessionID returns a Session-Id that host, a DiameterIdentity, has not used before (RFC 6733 §8.8). Safe for
// concurrent use.
func NewSessionID(host string) string {
	n := sessions.Add(1)
	var room [24]byte
	b := append(strconv.AppendUint(append(room[:0], ';'), n>>32, 10), ';')
	return host + string(strconv.AppendUint(b, n&0xffffffff, 10))
}
