package diameter

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedirectTableIsBounded(t *testing.T) {
	var r redirects
	key := func(i int) *call {
		return &call{req: &Message{AVPs: AppendString(nil, 263, 0, AVPMandatory, fmt.Sprint(i))}}
	}
	add := func(i int, now, until int64) {
		k, ok := redirectKeyOf(RedirectHostUsageAllSession, "P", key(i))
		require.True(t, ok)
		r.add(k, redirectEntry{[]string{fmt.Sprint(i)}, until}, now)
	}
	for i := range maxRedirectEntries {
		add(i, 0, int64(1000+i))
		add(i, 0, int64(1000+i)) // the later replaces the earlier
	}
	require.Len(t, r.entries, maxRedirectEntries)
	add(-1, 999, 5000) // in place of the one that ends first
	require.Len(t, r.entries, maxRedirectEntries)
	require.Empty(t, r.find("p", key(0), 999))
	require.Equal(t, []string{"1"}, r.find("p", key(1), 999))
	require.Empty(t, r.find("q", key(1), 999), "another peer")
	require.Equal(t, []string{"-1"}, r.find("p", key(-1), 4999))
	add(-2, 1100, 5000) // in place of those that have ended
	require.Len(t, r.entries, maxRedirectEntries-100+1)
	require.EqualValues(t, len(r.entries), r.n.Load())
	require.Equal(t, len(r.entries), r.scopes[RedirectHostUsageAllSession])
	require.Empty(t, r.find("p", key(-2), 5000))
	require.EqualValues(t, maxRedirectEntries-100, r.n.Load())
	require.Empty(t, new(redirects).find("p", key(1), 0))
}

// The narrower use counts before the wider one.
func TestRedirectPrecedence(t *testing.T) {
	var r redirects
	b := AppendString(nil, 263, 0, AVPMandatory, "s")
	k := &call{req: &Message{AVPs: AppendString(b, 1, 0, AVPMandatory, "u")}, search: search{to: Identity{Realm: "R"}, app: appA}}
	for i := len(redirectScopes) - 1; i >= 0; i-- {
		key, ok := redirectKeyOf(redirectScopes[i], "P", k)
		require.True(t, ok)
		name := redirectScopes[i].String()
		r.add(key, redirectEntry{[]string{name}, 10}, 0)
		require.Equal(t, []string{name}, r.find("p", k, 1))
	}
	for _, usage := range redirectScopes[:4] {
		_, ok := redirectKeyOf(usage, "p", &call{req: new(Message)})
		require.False(t, ok, "the request has nothing that it is about")
	}
}
