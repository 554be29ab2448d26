package diameter_test

import (
	"net"
	"runtime"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// inUse returns the memory of heap and stacks in octets.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// A thousand idle peers cost less than 32 KiB each. The far ends, which have no goroutines, are counted with them.
func TestIdlePeersAreCheap(t *testing.T) {
	const peers, most = 1000, 32 << 10
	n, err := diameter.NewNode(scef, []diameter.App{{ID: testApp, Vendor: diameter.Vendor3GPP, Handler: succeed()}}, nil)
	require.NoError(t, err)
	defer n.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go n.Serve(l)

	goroutines, before := runtime.NumGoroutine(), inUse()
	far := make([]net.Conn, peers)
	for i := range far {
		far[i], err = net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		defer far[i].Close()
		r := &raw{t: t, c: far[i]}
		r.request(newCER(diameter.Identity{Host: diameter.NewSessionID("mme"), Realm: scef.Realm}))
		m := request(scef)
		m.HopByHop, m.EndToEnd = uint32(i), uint32(i+1)
		r.send(m)
		_, err := far[i].Read(make([]byte, 1<<10))
		require.NoError(t, err)
	}
	waitFor(t, "all are connected", func() bool { return len(n.Peers()) == peers })
	const workers = 256 // that stay with the node
	waitFor(t, "handshakes end", func() bool { return runtime.NumGoroutine() <= goroutines+2*peers+workers })
	each := (inUse() - before) / peers
	t.Logf("%d octets for each peer", each)
	require.Less(t, each, int64(most))
}
