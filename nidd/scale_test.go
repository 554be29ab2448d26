package nidd_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// costs counts what transactions ask of a Store. Those about leases are left out, and those that look for timers that are
// due, of which there is one after one or several commits that set a timer.
type costs struct {
	views, updates, gets, scans, writes, octets int
}

// meter is a Store that counts the last run of each transaction.
type meter struct {
	store.Store
	mu  sync.Mutex
	sum costs // guarded by mu
}

func (m *meter) take() costs {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.sum
	m.sum = costs{}
	return c
}

func (m *meter) add(c costs) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.views += c.views
	m.sum.updates += c.updates
	m.sum.gets += c.gets
	m.sum.scans += c.scans
	m.sum.writes += c.writes
	m.sum.octets += c.octets
}

func (m *meter) View(ctx context.Context, fn func(store.Reader) error) error {
	var r metered
	err := m.Store.View(ctx, func(in store.Reader) error {
		r = metered{Reader: in}
		return fn(&r)
	})
	if !r.skip {
		r.views = 1
		m.add(r.costs)
	}
	return err
}

func (m *meter) Update(ctx context.Context, fn func(store.Tx) error) error {
	var r metered
	err := m.Store.Update(ctx, func(in store.Tx) error {
		r = metered{Reader: in, tx: in}
		return fn(&r)
	})
	if !r.skip {
		if r.writes > 0 {
			r.updates = 1
		} else {
			r.views = 1
		}
		m.add(r.costs)
	}
	return err
}

// metered counts one transaction.
type metered struct {
	store.Reader
	tx store.Tx
	costs
	skip bool // it is about leases, or looks for timers
}

func (r *metered) Get(key []byte) ([]byte, error) {
	r.gets++
	r.skip = r.skip || bytes.HasPrefix(key, []byte("cluster/b"))
	return r.Reader.Get(key)
}

func (r *metered) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	r.scans++
	r.skip = r.skip || bytes.HasPrefix(from, []byte("cluster/")) || bytes.HasPrefix(from, []byte("nidd/t/"))
	return r.Reader.Scan(from, to, reverse)
}

func (r *metered) Put(key, value []byte) error {
	r.writes++
	r.octets += len(key) + len(value)
	return r.tx.Put(key, value)
}

func (r *metered) Delete(key []byte) error {
	r.writes++
	r.octets += len(key)
	return r.tx.Delete(key)
}

// AfterCommit implements store.HookTx.
func (r *metered) AfterCommit(fn func()) { r.tx.(store.HookTx).AfterCommit(fn) }

// TestScale compares the table of docs/scale.md with what the procedures ask of the store; -update rewrites it.
func TestScale(t *testing.T) {
	var b strings.Builder
	b.WriteString("| NIDD, per UE | in a cluster | reading transactions | commits | Get | Scan | Put, Delete | octets written, or kept |\n|--|--|--|--|--|--|--|--|\n")
	for _, clustered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { scale(t, clustered, &b) })
	}
	const path, begin, end = "../docs/scale.md", "<!-- operations -->\n", "<!-- /operations -->\n"
	doc, err := os.ReadFile(path)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(doc), begin)
	require.True(t, ok)
	table, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(path, []byte(head+begin+b.String()+end+tail), 0o644))
		return
	}
	want, got := strings.Split(table, "\n"), strings.Split(b.String(), "\n")
	require.Len(t, got, len(want))
	for i := range want {
		wantRow, wantOctets := octets(want[i])
		row, octets := octets(got[i])
		require.Equal(t, wantRow, row)
		require.InDelta(t, wantOctets, octets, max(20, float64(wantOctets)/50), row)
	}
}

// octets cuts the last column off a row: it varies with the length of numbers in Session-Ids.
func octets(row string) (rest string, n int) {
	row = strings.TrimSuffix(row, " |")
	i := strings.LastIndex(row, "|") + 1
	if _, err := fmt.Sscan(row[i:], &n); err != nil {
		return row, 0
	}
	return row[:i], n
}

func scale(t *testing.T, clustered bool, out *strings.Builder) {
	m := &meter{Store: store.NewMemory()}
	b := &bench{t: t, store: m, prof: policy.NIDD{APN: apn1}, opts: nidd.Options{Remember: time.Second}}
	where := "no"
	if clustered {
		b.lease, where = lease, "yes"
	}
	b.start()
	defer b.close()
	step := func(name string, do func()) {
		t.Helper()
		b.sleep(time.Millisecond)
		m.take()
		do()
		b.sleep(time.Millisecond)
		c := m.take()
		fmt.Fprintf(out, "| %s | %s | %d | %d | %d | %d | %d | %d |\n", name, where, c.views, c.updates, c.gets, c.scans, c.writes, c.octets)
	}
	b.sleep(time.Minute)
	cfg := ""
	step("configuration created", func() { cfg = b.configure() })
	step("UE attaches", b.attach)
	records, octets := 0, 0
	require.NoError(t, m.Store.View(t.Context(), func(r store.Reader) error {
		for p, err := range r.Scan([]byte("nidd/"), []byte("nidd0"), false) {
			require.NoError(t, err)
			records, octets = records+1, octets+len(p.Key)+len(p.Value)
		}
		return nil
	}))
	fmt.Fprintf(out, "| at rest: %d records | %s | | | | | | %d |\n", records, where, octets)
	step("uplink data", func() { b.asks(diameter.Success, odr(strings.Repeat("u", 64))) })
	step("downlink data, delivered at once", func() { _, err := b.deliver(cfg, strings.Repeat("d", 64)); require.NoError(t, err) })
	b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
	step("downlink data of 64 octets for a UE that sleeps", func() { b.buffer(cfg, strings.Repeat("d", 64)) })
	b.mme = nil
	step("the UE wakes: the data is sent, its status notified", b.wake)
	step("the outcome is forgotten", func() { b.sleep(time.Second) })
	step("UE detaches", b.detach)
	step("configuration deleted", func() { require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg)) })
	b.names(members(upTo(101)[1:]...), 100)
	step("group of 100 configured", func() { cfg = b.configureGroup() })
	b.attachUE(upTo(101)[1:]...)
	step("downlink data for the group, delivered at once", func() {
		_, err := b.deliverGroup(cfg, strings.Repeat("d", 64))
		require.NoError(t, err)
	})
	for i := range 100 {
		b.asks(diameter.Success, cmr(release, ofUE(i+2)))
	}
	step("group deleted", func() { require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg)) })
	b.sleep(time.Minute)
	step("a node for an hour without work", func() { b.sleep(time.Hour) })
}
