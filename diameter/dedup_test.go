package diameter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDedup(t *testing.T) {
	d := newDedup(64, 1<<20, time.Minute)
	first := &Message{Flags: FlagRequest, EndToEnd: 1}
	again := &Message{Flags: FlagRequest | FlagRetransmitted, EndToEnd: 1, HopByHop: 7, AVPs: make([]byte, 8)}
	ans := &Message{Flags: FlagProxiable | FlagError, EndToEnd: 1, AVPs: []byte("an answer...")}

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
	require.Equal(t, &Message{Flags: ans.Flags, EndToEnd: 1, HopByHop: 7, AVPs: ans.AVPs}, got)

	_, known, _ = d.admit("a", dupWaiter{req: again}, 2*time.Minute)
	require.False(t, known, "too old")
}

func TestDedupForgets(t *testing.T) {
	d := newDedup(64, 1<<20, time.Minute)
	again := &Message{Flags: FlagRequest | FlagRetransmitted, EndToEnd: 1}
	ref, _, _ := d.admit("a", dupWaiter{req: again}, 0)
	ref.finish(nil)
	_, known, _ := d.admit("a", dupWaiter{req: again}, 0)
	require.False(t, known)
	require.Nil(t, dupRef{}.finish(nil))
}

func TestDedupIsBounded(t *testing.T) {
	for _, size := range []int{1, 64, 1 << 14} {
		d := newDedup(size, 32<<20, time.Hour)
		total := 3 * size
		refs := make([]dupRef, total)
		for i := range total {
			refs[i], _, _ = d.admit("a", dupWaiter{req: &Message{EndToEnd: uint32(i)}}, time.Duration(i))
		}
		for i := range total {
			refs[i].finish(&Message{AVPs: binary.BigEndian.AppendUint32(nil, uint32(i))})
		}
		known := 0
		for i := range total {
			ok, ans := d.peek("a", uint32(i))
			if ok {
				known++
				require.Equal(t, binary.BigEndian.AppendUint32(nil, uint32(i)), ans)
			}
		}
		require.LessOrEqual(t, known, size)
		require.GreaterOrEqual(t, known, size*3/4, "of %d", size)
		ok, _ := d.peek("a", uint32(total-1))
		require.True(t, ok, "the last one is there")
	}
}

// peek looks a request up without recording it.
func (d *dedup) peek(origin string, e2e uint32) (known bool, ans []byte) {
	s, h := d.shard(origin, e2e)
	pos := s.find(s.heads[h>>16&(s.size-1)], h, e2e)
	if pos == 0 {
		return false, nil
	}
	ans, known = s.answer(s.at(pos))
	return known, ans
}

// TestDedupAnswersAreBounded checks that the oldest answers make room for new ones, and that the memory of old ones comes back.
func TestDedupAnswersAreBounded(t *testing.T) {
	d := newDedup(1024, 1<<18, time.Minute)
	s := &d.shards[0]
	answer := func(e2e uint32, n int, now time.Duration) {
		ref, known, _ := d.admit("a", dupWaiter{req: &Message{EndToEnd: e2e}}, now)
		require.False(t, known)
		ref.finish(&Message{AVPs: bytes.Repeat([]byte{byte(e2e)}, n)})
		require.LessOrEqual(t, s.answers.size, 1<<18)
	}
	for i := range uint32(600) {
		answer(i, 1000, 0)
	}
	known := 0
	for i := range uint32(600) {
		if ok, ans := d.peek("a", i); ok {
			known++
			require.Equal(t, bytes.Repeat([]byte{byte(i)}, 1000), ans)
			require.GreaterOrEqual(t, i, uint32(600-256))
		}
	}
	require.Greater(t, known, 200)
	answer(600, 200_000, 0)
	ok, ans := d.peek("a", 600)
	require.True(t, ok, "it is longer than a chunk")
	require.Len(t, ans, 200_000)
	answer(601, 1<<18+1, 0)
	_, known2, _ := d.admit("a", dupWaiter{req: &Message{Flags: FlagRetransmitted, EndToEnd: 601}}, 0)
	require.False(t, known2, "it is too long to be kept")
	answer(602, 8, 2*time.Minute)
	require.Len(t, s.answers.chunks, 1, "the rest has expired")
}

func TestDedupWaitersAreBounded(t *testing.T) {
	d := newDedup(64, 1<<20, time.Minute)
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
	d := newDedup(1<<16, 32<<20, 4*time.Minute)
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
