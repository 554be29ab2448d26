package diameter

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDedup(t *testing.T) {
	d := newDedup(64, time.Minute)
	first := &Message{Flags: FlagRequest, EndToEnd: 1}
	again := &Message{Flags: FlagRequest | FlagRetransmitted, EndToEnd: 1, HopByHop: 7, AVPs: make([]byte, 8)}
	ans := &Message{EndToEnd: 1}

	ref, known, _ := d.admit("a", dupWaiter{req: first}, 0)
	require.False(t, known)
	_, known, _ = d.admit("b", dupWaiter{req: again}, 0)
	require.False(t, known, "another origin")

	_, known, got := d.admit("a", dupWaiter{req: again}, time.Second)
	require.True(t, known, "in work")
	require.Nil(t, got)
	w := ref.finish(ans)
	require.NotNil(t, w)
	require.Equal(t, &Message{Flags: again.Flags, EndToEnd: 1, HopByHop: 7}, w.req, "who waits costs no more than a header")
	require.Nil(t, w.next)

	_, known, got = d.admit("a", dupWaiter{req: again}, time.Second)
	require.True(t, known, "answered")
	require.Same(t, ans, got)

	_, known, _ = d.admit("a", dupWaiter{req: again}, 2*time.Minute)
	require.False(t, known, "too old")
}

func TestDedupForgets(t *testing.T) {
	d := newDedup(64, time.Minute)
	again := &Message{Flags: FlagRequest | FlagRetransmitted, EndToEnd: 1}
	ref, _, _ := d.admit("a", dupWaiter{req: again}, 0)
	ref.finish(nil)
	_, known, _ := d.admit("a", dupWaiter{req: again}, 0)
	require.False(t, known)
	require.Nil(t, dupRef{}.finish(nil))
}

func TestDedupIsBounded(t *testing.T) {
	for _, size := range []int{1, 64, 1 << 14} {
		d := newDedup(size, time.Hour)
		total := 3 * size
		refs := make([]dupRef, total)
		for i := range total {
			refs[i], _, _ = d.admit("a", dupWaiter{req: &Message{EndToEnd: uint32(i)}}, time.Duration(i))
		}
		for i := range total {
			refs[i].finish(&Message{EndToEnd: uint32(i)})
		}
		known := 0
		for i := range total {
			s, ok, ans := d.peek("a", uint32(i))
			if ok {
				known++
				require.Equal(t, uint32(i), ans.EndToEnd)
			}
			_ = s
		}
		require.LessOrEqual(t, known, size)
		require.GreaterOrEqual(t, known, size*3/4, "of %d", size)
		_, ok, _ := d.peek("a", uint32(total-1))
		require.True(t, ok, "the last one is there")
	}
}

// peek looks a request up without recording it.
func (d *dedup) peek(origin string, e2e uint32) (*dupShard, bool, *Message) {
	s, h := d.shard(origin, e2e)
	i := s.find(s.heads[h>>16&(s.size-1)], h, e2e)
	if i == 0 {
		return s, false, nil
	}
	return s, true, s.answers[i&(s.size-1)/dupChunk][i&(s.size-1)%dupChunk]
}

func TestDedupWaitersAreBounded(t *testing.T) {
	d := newDedup(64, time.Minute)
	again := &Message{Flags: FlagRequest | FlagRetransmitted, EndToEnd: 1}
	ref, _, _ := d.admit("a", dupWaiter{req: again}, 0)
	for range 100 {
		_, known, _ := d.admit("a", dupWaiter{req: again}, 0)
		require.True(t, known)
	}
	n := 0
	for w := ref.finish(&Message{}); w != nil; w = w.next {
		n++
	}
	require.Equal(t, maxDupWaiters, n)
}

func BenchmarkDedup(b *testing.B) {
	d := newDedup(1<<16, 4*time.Minute)
	req, ans := &Message{Flags: FlagRequest}, &Message{}
	origins := make([]string, 100)
	for i := range origins {
		origins[i] = fmt.Sprintf("mme%d.epc.mnc001.mcc001.3gppnetwork.org", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.EndToEnd = uint32(i)
		ref, _, _ := d.admit(origins[i%len(origins)], dupWaiter{req: req}, time.Duration(i))
		ref.finish(ans)
	}
}
