package godiameter_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
	"github.com/stretchr/testify/require"
)

var (
	rounds    = flag.Int("rounds", 5, "rounds of each server in BenchmarkServer")
	roundTime = flag.Duration("roundtime", time.Second, "length of a round of BenchmarkServer")
)

// BenchmarkODR reads an ODR of 424 octets and writes its answer, by go-diameter (ReadMessage, Unmarshal, Serialize) and by
// scefkit in turn: "structs" has header and structs alone, "messages" the checks of Decode and Answer, too. "times" is
// the median over the pairs of rounds of how many times longer go-diameter takes.
func BenchmarkODR(b *testing.B) {
	frame := benchODR(b).Append(nil)
	d, err := newTypedDictionary()
	require.NoError(b, err)
	var r bytes.Reader
	theirs := func() error {
		r.Reset(frame)
		m, err := diam.ReadMessage(&r, d)
		if err != nil {
			return err
		}
		ans, err := answerTyped(m)
		if err != nil {
			return err
		}
		_, err = ans.Serialize()
		return err
	}
	var out []byte
	b.Run("structs", func(b *testing.B) {
		compare(b, theirs, func() error {
			req, n, err := diameter.ParseHeader(frame)
			if err != nil {
				return err
			}
			var odr t6a.ODR
			if err := odr.DecodeAVPs(frame[diameter.HeaderLen:n]); err != nil {
				return err
			}
			oda := t6a.ODA{
				SessionID: odr.SessionID, DRMP: odr.DRMP, Result: diameter.Success, OriginHost: benchSCEF, OriginRealm: benchRealm,
			}
			out = req.Answer(nil).Append(out[:0])
			if out, err = oda.AppendAVPs(out); err != nil {
				return err
			}
			binary.BigEndian.PutUint32(out, 1<<24|uint32(len(out)))
			return nil
		})
	})
	b.Run("messages", func(b *testing.B) {
		compare(b, theirs, func() error {
			req, err := diameter.ParseMessage(frame)
			if err != nil {
				return err
			}
			ans, err := answerODR(req)
			if err != nil {
				return err
			}
			out = ans.Append(out[:0])
			return nil
		})
	})
}

func compare(b *testing.B, theirs, ours func() error) {
	const n = 2000
	measure := func(f func() error) float64 {
		begin := time.Now()
		for range n {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		return float64(time.Since(begin).Nanoseconds()) / n
	}
	var a, s, ratios []float64
	for b.Loop() {
		x, y := measure(theirs), measure(ours)
		a, s, ratios = append(a, x), append(s, y), append(ratios, x/y)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(a), "ns-go-diameter")
	b.ReportMetric(median(s), "ns-scefkit")
	b.ReportMetric(testing.AllocsPerRun(100, func() { _ = theirs() }), "allocs-go-diameter")
	b.ReportMetric(testing.AllocsPerRun(100, func() { _ = ours() }), "allocs-scefkit")
	b.ReportMetric(median(ratios), "times")
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// BenchmarkServer has the same load answered by a server of go-diameter, with its default dispatch, and by a Node, in turn.
// "times" is the median over the pairs of rounds of how many times more requests per second the Node answers, "p99-share"
// that of its p99 in that of go-diameter.
func BenchmarkServer(b *testing.B) {
	for _, conns := range []int{1, 4} {
		for _, window := range []int{16, 128} {
			b.Run(fmt.Sprintf("conns=%d/outstanding=%d", conns, window), func(b *testing.B) { benchServers(b, conns, window) })
		}
	}
}

// benchServers keeps window requests outstanding in all.
func benchServers(b *testing.B, conns, window int) {
	frame := benchODR(b).Append(nil)
	names := [2]string{"go-diameter", "Node"}
	var servers [2]*server
	var loaders [2][]*loader
	for i, name := range names {
		servers[i] = startServer(b, name)
		for c := range conns {
			l, err := connect(servers[i].addr, c, window/conns, frame)
			require.NoError(b, err)
			b.Cleanup(func() { l.conn.Close() })
			loaders[i] = append(loaders[i], l)
		}
	}
	round := func(i int, length time.Duration) *figures {
		var wg sync.WaitGroup
		errs := make([]error, conns)
		begin, cpu := time.Now(), servers[i].cpu()
		for c, l := range loaders[i] {
			wg.Go(func() { errs[c] = l.run(begin.Add(length)) })
		}
		wg.Wait()
		f := &figures{elapsed: time.Since(begin), cpu: servers[i].cpu() - cpu}
		for c, l := range loaders[i] {
			require.NoError(b, errs[c])
			f.took = append(f.took, l.took...)
		}
		return f
	}
	var all [2]figures
	var times, shares []float64
	for b.Loop() {
		round(0, *roundTime/4)
		round(1, *roundTime/4)
		for range *rounds {
			var f [2]*figures
			for i := range f {
				f[i] = round(i, *roundTime)
				all[i].took = append(all[i].took, f[i].took...)
				all[i].elapsed += f[i].elapsed
				all[i].cpu += f[i].cpu
			}
			times = append(times, f[1].perSecond()/f[0].perSecond())
			shares = append(shares, f[1].percentile(99)/f[0].percentile(99))
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, name := range names {
		b.ReportMetric(all[i].perSecond(), "per-s-"+name)
		b.ReportMetric(all[i].cpuMicros(), "cpu-us-"+name)
		b.ReportMetric(all[i].percentile(50), "p50-us-"+name)
		b.ReportMetric(all[i].percentile(99), "p99-us-"+name)
	}
	b.ReportMetric(median(times), "times")
	b.ReportMetric(median(shares), "p99-share")
}
