package bench

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/pebble"
)

// What is measured runs in a process of its own, which is this binary again: its CPU time and memory are those of an
// SCEF, without load generator and neighbours. Parent and child speak in lines of JSON over the child's stdin and
// stdout; the end of stdin ends the child.

const childVar = "SCEFKIT_BENCH_CHILD"

const (
	scsas = "as1"
	apn   = "iot.example"
	token = "benchmark-benchmark-benchmark"
)

// A role is what a child is to do.
type role struct {
	Run         string   // one of those that run knows
	Dir         string   // of the store
	HSS         string   // address; empty: none
	Destination string   // where the floor posts
	Workers     int      // of the floor
	Nodes       []string // to which the floor sends, or the echo connects
	UEs         int      // to be built
	Sample      int      // every how manieth of them is told to the parent
	IDs         string   // file for their configurations
	Cache       int64    // octets of the store's cache; 0: its default
}

// ready is the first line of a child.
type ready struct {
	T8, Diameter string        // addresses
	Opened       time.Duration // time that opening the store took
	Served       time.Duration // and with the Node upon it
	Before       usage         // before the store was opened
	Err          string
}

// usage is what a process has taken so far.
type usage struct {
	CPU     time.Duration // user and system
	Mallocs uint64
	Bytes   uint64 // allocated
	GCs     uint32
	Heap    uint64 // live after a collection, if one was asked for
	RSS     uint64 // octets
	Commits int64  // transactions that wrote
	Log     string // sizes and times of the store's log files
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childVar); text != "" {
		var r role
		err := json.Unmarshal([]byte(text), &r)
		if err == nil {
			err = r.run()
		}
		if err != nil {
			tell(ready{Err: err.Error()})
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func tell(v any) {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		os.Exit(1) // the parent has gone
	}
}

func (r *role) run() error {
	switch r.Run {
	case "scef":
		return r.runSCEF()
	case "build":
		return r.build()
	case "uplink floor":
		return r.listen(func(l net.Listener) error { return floorUplink(l, r.Destination, r.Workers) })
	case "downlink floor":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		go exitOn(func() error { return floorDownlink(l, r.Nodes) })
		tell(ready{T8: l.Addr().String()})
		return r.obey(nil)
	case "stored floor":
		return r.runStoredFloor()
	case "diameter floor":
		return r.listen(floorServer)
	case "diameter node":
		return r.listen(serveODRs)
	case "diameter relay":
		return r.listen(relayAll)
	case "diameter echo":
		if err := echoBehind(r.Nodes[0]); err != nil {
			return err
		}
		tell(ready{})
		return r.obey(nil)
	}
	return errors.New("bench: unknown role " + r.Run)
}

// listen lets serve have the Diameter connections.
func (r *role) listen(serve func(net.Listener) error) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go exitOn(func() error { return serve(l) })
	tell(ready{Diameter: l.Addr().String()})
	return r.obey(nil)
}

func exitOn(f func() error) {
	if err := f(); err != nil && !errors.Is(err, net.ErrClosed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runSCEF runs a Node as a daemon does: a store on disk, the policy of a configuration file, and defaults.
func (r *role) runSCEF() error {
	before := measure(nil, "", true)
	begin := time.Now()
	disk, err := pebble.Open(r.Dir, &pebble.Options{CacheSize: r.Cache})
	if err != nil {
		return err
	}
	defer disk.Close()
	opened := time.Since(begin)
	s := &countedStore{Store: disk}
	static, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: scsas, Tokens: []string{token}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	})
	if err != nil {
		return err
	}
	t8, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	dia, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	node, err := scef.New(scef.Config{
		Identity: diameter.Identity{Host: scefHost, Realm: realm},
		APIRoot:  "http://" + t8.Addr().String(),
		Store:    s,
		Policy:   static,
		NIDD:     policy.NIDDByID{scsas: {APN: apn}},
	}, nil)
	if err != nil {
		return err
	}
	defer node.Close()
	go exitOn(func() error { return ignore(node.ServeT8(t8), "Server closed") })
	go exitOn(func() error { return ignore(node.ServeDiameter(dia), diameter.ErrClosed.Error()) })
	served := time.Since(begin)
	if r.HSS != "" {
		hss := diameter.Identity{Host: hssHost, Realm: realm}
		if err := node.AddPeer(diameter.Peer{Address: r.HSS, Identity: hss}); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := node.AwaitPeer(ctx, hss, s6t.App); err != nil {
			return err
		}
	}
	tell(ready{T8: t8.Addr().String(), Diameter: dia.Addr().String(), Opened: opened, Served: served, Before: before})
	return r.obey(s)
}

func ignore(err error, text string) error {
	if err != nil && strings.Contains(err.Error(), text) {
		return nil
	}
	return err
}

// countedStore counts the transactions that wrote. Only those make the disk sync.
type countedStore struct {
	store.Store
	commits atomic.Int64
}

func (s *countedStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	var wrote bool
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		wrote = false
		return fn(countedTx{tx, &wrote})
	})
	if wrote {
		s.commits.Add(1)
	}
	return err
}

type countedTx struct {
	store.Tx
	wrote *bool
}

func (t countedTx) Put(key, value []byte) error { *t.wrote = true; return t.Tx.Put(key, value) }
func (t countedTx) Delete(key []byte) error     { *t.wrote = true; return t.Tx.Delete(key) }

// obey serves the parent until stdin ends.
func (r *role) obey(s *countedStore) error {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		verb, arg, _ := strings.Cut(in.Text(), " ")
		switch verb {
		case "usage":
			tell(measure(s, r.Dir, arg == "collect"))
		case "commit":
			n, err := strconv.ParseInt(arg, 10, 64)
			if err == nil {
				err = commitAll(s, n, r.Workers)
			}
			if err != nil {
				return err
			}
			tell(usage{})
		case "profile":
			f, err := os.Create(arg)
			if err != nil {
				return err
			}
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
			tell(usage{})
		case "stop":
			pprof.StopCPUProfile()
			tell(usage{})
		case "heap":
			f, err := os.Create(arg)
			if err != nil {
				return err
			}
			if err := errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close()); err != nil {
				return err
			}
			tell(usage{})
		}
	}
	return in.Err()
}

// commitOne reads and writes a record of a UE, and writes a record of data and a timer with its index.
func commitOne(s store.Store, i uint64, data []byte) error {
	return s.Update(context.Background(), func(tx store.Tx) error {
		ue := store.Key("floor/u/").Uint64(i)
		_, err := tx.Get(ue)
		return errors.Join(err, tx.Put(ue, make([]byte, 300)), tx.Put(store.Key("floor/d/").Text(rand.Text()), data),
			tx.Put(store.Key("floor/t/").Uint64(i), make([]byte, 8)), tx.Put(store.Key("floor/s/").Uint64(i), nil))
	})
}

// commitAll runs n transactions in parallel, of the kind that keeping downlink data takes.
func commitAll(s *countedStore, n int64, workers int) error {
	var left atomic.Int64
	left.Store(n)
	var all errgroup.Group
	for range workers {
		all.Go(func() error {
			for i := left.Add(-1); i >= 0; i = left.Add(-1) {
				if err := commitOne(s, uint64(i), make([]byte, 260)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return all.Wait()
}

func measure(s *countedStore, dir string, collect bool) usage {
	var u usage
	var t syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &t); err == nil {
		u.CPU = time.Duration(t.Utime.Nano() + t.Stime.Nano())
	}
	if collect {
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Mallocs, u.Bytes, u.GCs, u.Heap = m.Mallocs, m.TotalAlloc, m.NumGC, m.HeapAlloc
	u.RSS = residentSize()
	if s != nil {
		u.Commits = s.commits.Load()
		logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
		for _, name := range logs {
			if st, err := os.Stat(name); err == nil {
				u.Log += fmt.Sprintln(filepath.Base(name), st.Size(), st.ModTime().UnixNano())
			}
		}
	}
	return u
}

func residentSize() uint64 {
	b, _ := os.ReadFile("/proc/self/statm")
	if f := strings.Fields(string(b)); len(f) > 1 {
		pages, _ := strconv.ParseUint(f[1], 10, 64)
		return pages * uint64(os.Getpagesize())
	}
	return 0
}

// A child is the parent's end.
type child struct {
	ready
	tb  testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func start(tb testing.TB, r role) *child {
	tb.Helper()
	text, err := json.Marshal(r)
	check(tb, err)
	self, err := os.Executable()
	check(tb, err)
	c := &child{tb: tb, cmd: exec.Command(self)}
	c.cmd.Env = append(os.Environ(), childVar+"="+string(text))
	c.cmd.Stderr = os.Stderr
	c.in, err = c.cmd.StdinPipe()
	check(tb, err)
	out, err := c.cmd.StdoutPipe()
	check(tb, err)
	check(tb, c.cmd.Start())
	tb.Cleanup(c.end)
	c.out = json.NewDecoder(out)
	check(tb, c.out.Decode(&c.ready))
	if c.Err != "" {
		tb.Fatalf("%s: %s", r.Run, c.Err)
	}
	return c
}

func (c *child) end() {
	c.in.Close()
	done := make(chan struct{})
	go func() {
		_ = c.cmd.Wait() // how it ends says nothing
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		c.tb.Errorf("the child did not end")
		_ = c.cmd.Process.Kill()
	}
}

// ask sends a command and returns the answer.
func (c *child) ask(command string) (u usage) {
	c.tb.Helper()
	_, err := fmt.Fprintln(c.in, command)
	check(c.tb, err)
	check(c.tb, c.out.Decode(&u))
	return u
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func sizeOf(tb testing.TB, dir string) (n int64) {
	tb.Helper()
	check(tb, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil {
			n += st.Size()
		}
		return err
	}))
	return n
}
