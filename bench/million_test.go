package bench

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/t8"
)

var (
	millionUEs = flag.Int("ues", 1_000_000, "UEs of BenchmarkMillionUEs")
	millionMB  = flag.Int64("cache", 512, "cache of BenchmarkMillionUEs for blocks of files, in MiB")
	builtDir   = flag.String("built", "", "`directory` where BenchmarkMillionUEs leaves its store, or finds it; default: a temporary one")
)

// every UE of so many is told to the parent, for downlink traffic.
const sampled = 20

// BenchmarkMillionUEs measures an SCEF with a million UEs, each with a configuration, a grant that ends some day (so
// there is a timer, too) and an established T6a connection: what opening the store takes after a crash, what memory
// the process has after traffic with UEs at random, and what part of the uplink traffic of a thousand UEs theirs reaches.
func BenchmarkMillionUEs(b *testing.B) {
	dir := *builtDir
	if dir == "" {
		dir = b.TempDir()
	}
	ids := filepath.Join(dir, "ids")
	destination := listenASFor(b, dir)
	r := role{Dir: filepath.Join(dir, "store"), UEs: *millionUEs, Sample: sampled, IDs: ids, Destination: destination, Cache: *millionMB << 20}
	r.Run = "build"
	began := time.Now()
	if _, err := os.Stat(ids); err != nil {
		build := start(b, r)
		if n := build.ask("wait"); n.Commits == 0 {
			b.Fatal("nothing was built")
		}
		_ = build.cmd.Process.Kill() // as in a crash: the store is not closed
		_, _ = build.cmd.Process.Wait()
	}
	built := time.Since(began)
	onDisk := sizeOf(b, r.Dir)

	for b.Loop() { // once, as it takes longer than any -benchtime
		r.Run = "scef"
		c := start(b, r)
		idle := c.ask("usage collect")
		mmes := dialMMEs(b, c.Diameter, 4)
		_, err := uplink(mmes, 200_000, outstanding, func(_, _ int) int { return rand.IntN(r.UEs) }) // fills the caches
		check(b, err)
		up, share := &load{}, []float64{}
		for range 10 { // all of them and a thousand in turn, which see the machine in about the same state
			var rate [2]float64
			for i, ues := range []int{r.UEs, 1000} {
				begin := time.Now()
				l, err := uplink(mmes, 20_000, outstanding, func(_, _ int) int { return rand.IntN(ues) })
				check(b, err)
				rate[i] = float64(l.messages) / time.Since(begin).Seconds()
				if ues == r.UEs {
					up.add(l.took)
				}
			}
			share = append(share, 100*rate[0]/rate[1])
		}
		var requests [][]byte
		for ue, configID := range readIDs(b, ids) {
			requests = append(requests, downlinkRequest(c.T8, configID, ue*sampled))
		}
		down, err := downlink(c.T8, 40_000, outstanding, func(_, _ int) []byte { return requests[rand.IntN(len(requests))] })
		check(b, err)
		busy := c.ask("usage")
		rest := c.ask("usage collect")

		n := float64(r.UEs)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(n, "UEs")
		b.ReportMetric(built.Seconds(), "build-s")
		b.ReportMetric(float64(onDisk)/n, "disk-B/UE")
		b.ReportMetric(c.Opened.Seconds(), "open-s")
		b.ReportMetric(c.Served.Seconds(), "serving-after-s")
		b.ReportMetric(float64(c.Before.RSS)/1e6, "rss-before-open-MB")
		b.ReportMetric(float64(idle.RSS)/1e6, "rss-after-open-MB")
		b.ReportMetric(float64(busy.RSS)/1e6, "rss-after-traffic-MB")
		b.ReportMetric(float64(rest.Heap)/1e6, "live-heap-MB")
		b.ReportMetric(float64(busy.RSS)/n, "rss-B/UE")
		b.ReportMetric(float64(busy.RSS-c.Before.RSS)/n, "growth-B/UE")
		b.ReportMetric(median(share), "uplink-%-of-1000-UEs")
		b.ReportMetric(percentile(up.took, 50), "uplink-p50-ms")
		b.ReportMetric(percentile(up.took, 99), "uplink-p99-ms")
		b.ReportMetric(percentile(down.took, 50), "downlink-p50-ms")
		b.ReportMetric(percentile(down.took, 99), "downlink-p99-ms")
		if busy.RSS-c.Before.RSS > max(1024*uint64(r.UEs), 512<<20) { // caches take some, however few UEs there are
			b.Errorf("%d octets of memory for %d UEs", busy.RSS-c.Before.RSS, r.UEs)
		}
		if c.Served > 10*time.Second {
			b.Errorf("opening took %v", c.Served)
		}
	}
}

// listenASFor runs the application server that the configurations in dir name.
func listenASFor(b *testing.B, dir string) string {
	name := filepath.Join(dir, "as")
	if address, err := os.ReadFile(name); err == nil {
		return listenASAt(b, string(address))
	}
	uri := listenAS(b)
	u, err := url.Parse(uri)
	check(b, err)
	check(b, os.WriteFile(name, []byte(u.Host), 0o600))
	return uri
}

func readIDs(tb testing.TB, name string) (ids []string) {
	tb.Helper()
	f, err := os.Open(name)
	check(tb, err)
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		ids = append(ids, in.Text())
	}
	check(tb, in.Err())
	return ids
}

// build fills a store by running the procedure itself on every UE. Only the transactions are larger than usual, so that
// the disk has to sync less often.
func (r *role) build() error {
	disk, err := pebble.Open(r.Dir, nil)
	if err != nil {
		return err
	}
	s := &groupedStore{Store: disk}
	p, err := nidd.New(nidd.Deps{
		Self: diameter.Identity{Host: scefHost, Realm: realm}, APIRoot: "http://127.0.0.1:8080", Store: s, Transport: grants{},
		Notifier: t8.NewNotifier(nil), Outbox: t8.NewOutbox([]byte("outbox/"), t8.NewNotifier(nil), nil),
		Profiles: policy.NIDDByID{scsas: {APN: apn}},
	}, nil)
	if err != nil {
		return err
	}
	f, err := os.Create(r.IDs + ".part")
	if err != nil {
		return err
	}
	ids := bufio.NewWriter(f)
	tell(ready{})
	const group = 2000
	for from := 0; from < r.UEs; from += group {
		err := s.together(func() error {
			for ue := from; ue < min(from+group, r.UEs); ue++ {
				configID, err := r.make(p, ue)
				if err != nil {
					return err
				}
				if ue%r.Sample == 0 {
					fmt.Fprintln(ids, configID)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := errors.Join(ids.Flush(), f.Close(), os.Rename(f.Name(), r.IDs)); err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		tell(usage{Commits: int64(r.UEs)})
	}
	return in.Err()
}

// make configures a UE and establishes its connection.
func (r *role) make(p *nidd.Procedure, ue int) (configID string, err error) {
	ctx := context.Background()
	c, err := p.CreateConfiguration(ctx, scsas, &t8.NIDDConfiguration{
		ExternalID: externalIDOf(ue), NotificationDestination: r.Destination, Duration: time.Now().AddDate(1, 0, 0),
	})
	if err != nil {
		return "", err
	}
	host := mmeHost(ue % 4)
	cmr, err := diameter.NewRequest(establishment(ue, host))
	if err != nil {
		return "", err
	}
	cma, _ := p.T6a().HandleDiameter(ctx, diameter.Identity{Host: host, Realm: realm}, cmr)
	result, err := diameter.ResultOf(cma)
	if err == nil && !result.IsSuccess() {
		err = errors.New("bench: CMA with " + result.String())
	}
	_, configID, _ = t8.ParseNIDDConfigurationURI(c.Self)
	return configID, err
}

// groupedStore runs transactions within a larger one, from one goroutine. An error of one spoils the group.
type groupedStore struct {
	store.Store
	tx store.Tx
}

func (s *groupedStore) together(fn func() error) error {
	return s.Store.Update(context.Background(), func(tx store.Tx) error {
		s.tx = tx
		return fn()
	})
}

func (s *groupedStore) View(_ context.Context, fn func(store.Reader) error) error { return fn(s.tx) }

func (s *groupedStore) Update(_ context.Context, fn func(store.Tx) error) error { return fn(s.tx) }

// grants is an HSS that grants every UE NIDD for a year.
type grants struct{}

func (grants) Do(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	var nir s6t.NIR
	if err := diameter.Decode(req, &nir); err != nil {
		return nil, err
	}
	var ue int
	if _, err := fmt.Sscanf(nir.UserIdentifier.ExternalIdentifier, "ue%07d@", &ue); err != nil {
		return nil, err
	}
	return diameter.NewAnswer(req, &s6t.NIA{
		SessionID: nir.SessionID, OriginHost: hssHost, OriginRealm: realm, Result: diameter.Success,
		NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{
			UserName: string(id.IMSI(imsiOf(ue - 1))), ExternalIdentifier: nir.UserIdentifier.ExternalIdentifier,
			GrantedValidityTime: time.Now().AddDate(1, 0, 0),
		},
	})
}
