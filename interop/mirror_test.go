package interop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

// TestMirror sends every command of every reference point through Erlang/OTP's diameter, with random values in all AVPs: the
// request goes there and comes back, its answer goes there and comes back, each decoded and encoded anew by a
// stack that shares nothing with this one but the dictionary files. Nothing changes on the way.
func TestMirror(t *testing.T) {
	need(t, "erl", "erlc", "diameterc")
	type arrival struct {
		req diameter.Command
		err error
	}
	self := diameter.Identity{Host: "node.example", Realm: "example"}
	var want exchange // of the request that is under way
	arrived := make(chan arrival, 1)
	handler := diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, m *diameter.Message) (*diameter.Message, func()) {
		got := fresh(want.req)
		err := diameter.Decode(m, got)
		ans, encodeErr := diameter.NewAnswer(m, want.ans)
		arrived <- arrival{got, err}
		if encodeErr != nil {
			panic(encodeErr)
		}
		return ans, nil
	})
	var apps []diameter.App
	for _, x := range exchanges() {
		_, app, _ := x.req.Header()
		if !slices.ContainsFunc(apps, func(a diameter.App) bool { return a.ID == app }) {
			apps = append(apps, diameter.App{ID: app, Vendor: diameter.Vendor3GPP, Handler: handler})
		}
	}
	node, err := diameter.NewNode(self, apps, &diameter.Options{Overload: &diameter.Overload{Off: true}}) // which adds AVPs
	require.NoError(t, err)
	t.Cleanup(func() { _ = node.Close() })
	l := listen(t)
	go func() { _ = node.Serve(l) }()

	var names []string
	for _, d := range dictionaries[2:] {
		names = append(names, filepath.Base(d))
	}
	e := startErlang(t, "scefkit_mirror", "PEER_PORT="+portOf(l), "DICTIONARIES="+strings.Join(names, " "))
	e.wants("up")
	mirror := diameter.Identity{Host: "mirror.example", Realm: "example"}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, node.AwaitPeer(ctx, mirror, apps[0].ID))

	r := rand.New(rand.NewPCG(3, 4))
	for _, x := range exchanges() {
		for i := range 10 {
			what := fmt.Sprintf("%s %d", name(x.req), i)
			want = exchange{fresh(x.req), fresh(x.ans)}
			fill(r, want.req)
			fill(r, want.ans)
			for _, f := range [][2]string{{"OriginHost", self.Host}, {"OriginRealm", self.Realm}, {"DestinationHost", mirror.Host}, {"DestinationRealm", mirror.Realm}} {
				set(want.req, f[0], f[1])
				set(want.ans, f[0], f[1])
			}
			m, err := diameter.NewRequest(want.req)
			require.NoError(t, err, what)
			ans, err := node.Do(t.Context(), mirror, m)
			if err != nil {
				require.FailNow(t, "no answer", "%s: %v; %s", what, err, strings.Join(e.rest(), "\n"))
			}
			select {
			case back := <-arrived:
				require.NoError(t, back.err, what)
				set(back.req, "OriginHost", self.Host)
				set(back.req, "OriginRealm", self.Realm)
				set(back.req, "DestinationHost", mirror.Host)
				set(back.req, "DestinationRealm", mirror.Realm)
				require.Equal(t, want.req, back.req, what)
			default:
				require.FailNow(t, "the request did not come back", "%s: %v; %v", what, ans, e.rest())
			}
			got := fresh(x.ans)
			require.NoError(t, diameter.Decode(ans, got), what)
			require.Equal(t, want.ans, got, what)
		}
	}
	e.says("stop")
}
