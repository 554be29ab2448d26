package diameter_test

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

func encoded(tb testing.TB, cmds ...diameter.Command) (b []byte) {
	for i, c := range cmds {
		m, err := diameter.NewRequest(c)
		require.NoError(tb, err)
		m.HopByHop, m.EndToEnd = uint32(i+1), uint32(i+1)
		b = m.Append(b)
	}
	return b
}

// Whatever a peer says, in its handshake or after, the node neither panics nor hangs: it goes on with others, the
// connection ends when the peer has nothing more to say, and nothing is left of it.
func FuzzPeer(f *testing.F) {
	dwr := &diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm}
	dpr := &diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm}
	f.Add(false, uint8(0), encoded(f, newCER(mme), dwr, dpr))
	f.Add(true, uint8(0), encoded(f, dwr, newCER(mme), dwr))
	f.Add(true, uint8(3), request(scef).Append(encoded(f, dpr)))
	f.Add(true, uint8(19), success(request(scef)).Append(nil))
	f.Add(false, uint8(1), []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, known bool, step uint8, in []byte) {
		bubble(t, func(t *testing.T, b *bench) {
			n := b.node(scef, succeed(), &diameter.Options{MaxAVPs: 64, MaxMessage: 4096})
			r := b.dial(scef)
			if known {
				r.request(newCER(mme))
				r.receive()
			}
			end := make(chan struct{})
			go func() {
				io.Copy(io.Discard, r.c)
				close(end)
			}()
			for len(in) > 0 {
				k := min(len(in), int(step)+1)
				if _, err := r.c.Write(in[:k]); err != nil {
					break
				}
				in = in[k:]
			}
			select {
			case <-end: // it was ended, or the watchdog found out that nobody answers
			case <-time.After(5 * time.Minute):
				t.Fatal("the connection stays")
			}
			synctest.Wait()
			require.Empty(t, n.Peers())
			good := b.dial(scef)
			good.request(newCER(mme))
			require.Equal(t, diameter.Success, good.result(good.receive()))
			require.NoError(t, n.Close())
		})
	})
}
