package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/postgres/pgtest"
	"github.com/scefkit/scefkit/storetest"
)

// One server serves all tests that do not break it; each has tables of its own.
var shared struct {
	once   sync.Once
	server *pgtest.Server
	stop   func()
	tables atomic.Int64
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

func sharedServer(tb testing.TB) *pgtest.Server {
	tb.Helper()
	shared.once.Do(func() { shared.server, shared.stop = pgtest.Start(tb, "autovacuum_naptime=1s") })
	if shared.server == nil {
		tb.Skip(pgtest.Missing)
	}
	return shared.server
}

func newTable() string { return fmt.Sprint("test", shared.tables.Add(1)) }

func open(tb testing.TB, url string, opts *Options) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), url, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { s.Close() })
	return s
}

func put(ctx context.Context, s store.Store, key, value string) error {
	return s.Update(ctx, func(tx store.Tx) error { return tx.Put([]byte(key), []byte(value)) })
}

func get(t *testing.T, s store.Store, key string) string {
	t.Helper()
	var got string
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get([]byte(key))
		got = string(v)
		return err
	}))
	return got
}

func TestConformance(t *testing.T) {
	for _, serializable := range []bool{false, true} {
		t.Run(fmt.Sprint("serializable=", serializable), func(t *testing.T) {
			if serializable && os.Getenv("SCEFKIT_LARGE") == "" {
				t.Skip("SCEFKIT_LARGE is not set; TestPairsThatMustNotBothCommit tries this way, too")
			}
			url := sharedServer(t).URL()
			storetest.Run(t, func(t *testing.T) store.Store {
				return open(t, url, &Options{Table: newTable(), Serializable: serializable, MaxConns: 8})
			})
		})
	}
}

// nodes spreads the transactions over several Stores on one database, so that only the database can keep them apart.
type nodes struct {
	stores []*Store
	next   *atomic.Int64
}

func (n nodes) pick() *Store { return n.stores[int(n.next.Add(1))%len(n.stores)] }
func (n nodes) View(ctx context.Context, fn func(store.Reader) error) error {
	return n.pick().View(ctx, fn)
}
func (n nodes) Update(ctx context.Context, fn func(store.Tx) error) error {
	return n.pick().Update(ctx, fn)
}
func (n nodes) Close() error {
	var err error
	for _, s := range n.stores {
		err = errors.Join(err, s.Close())
	}
	return err
}

func TestConformanceOfSeveralNodes(t *testing.T) {
	url := sharedServer(t).URL()
	storetest.Run(t, func(t *testing.T) store.Store {
		n := nodes{next: new(atomic.Int64)}
		table := newTable()
		for range 3 {
			n.stores = append(n.stores, open(t, url, &Options{Table: table, MaxConns: 4}))
		}
		return n
	})
}

func TestDurable(t *testing.T) {
	url := sharedServer(t).URL()
	storetest.RunDurable(t, func(t *testing.T, dir string) store.Store {
		h := fnv.New64a()
		_, _ = h.Write([]byte(dir))
		return open(t, url, &Options{Table: fmt.Sprintf("dir%x", h.Sum64()), MaxConns: 8})
	})
}

func TestOptions(t *testing.T) {
	_, err := Open(t.Context(), "", &Options{Table: "a-b", Schema: "X", MaxConns: 1, CommitTimeout: -1})
	for _, want := range []string{"Table", "Schema", "MaxConns", "CommitTimeout"} {
		require.ErrorContains(t, err, want)
	}
	_, err = Open(t.Context(), "postgres://host:port/", nil)
	require.Error(t, err)
}

func TestSettings(t *testing.T) {
	srv := sharedServer(t)
	srv.Exec(t, "CREATE ROLE careless LOGIN SUPERUSER; ALTER ROLE careless SET synchronous_commit = off; "+
		"ALTER ROLE careless SET default_transaction_isolation = 'repeatable read'")
	s := open(t, strings.Replace(srv.URL(), "postgres@", "careless@", 1), &Options{Table: newTable()})
	for name, want := range map[string]string{"synchronous_commit": "on", "default_transaction_isolation": "read committed"} {
		var got string
		require.NoError(t, s.pool.QueryRow(t.Context(), "SHOW "+name).Scan(&got))
		require.Equal(t, want, got)
	}
	unsafe, stop := pgtest.Start(t, "fsync=off")
	defer stop()
	_, err := Open(t.Context(), unsafe.URL(), nil)
	require.ErrorIs(t, err, ErrUnsafe)
}

func TestReaderOutlivesItsFunction(t *testing.T) {
	s := open(t, sharedServer(t).URL(), &Options{Table: newTable()})
	keep := func(run func(func(r store.Reader) error) error) {
		var kept store.Reader
		require.NoError(t, run(func(r store.Reader) error { kept = r; return nil }))
		_, err := kept.Get([]byte("a"))
		require.Error(t, err)
		for _, err := range kept.Scan(nil, nil, false) {
			require.Error(t, err)
		}
	}
	keep(func(fn func(r store.Reader) error) error { return s.View(t.Context(), fn) })
	keep(func(fn func(r store.Reader) error) error {
		return s.Update(t.Context(), func(tx store.Tx) error { return fn(tx) })
	})
}

// Within one run of fn, everything that an Update reads is of one state; what has changed since makes it run again.
func TestUpdateReadsOneState(t *testing.T) {
	url, table := sharedServer(t).URL(), newTable()
	s, other := open(t, url, &Options{Table: table}), open(t, url, &Options{Table: table})
	set := func(v string) {
		require.NoError(t, other.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Put([]byte("a"), []byte(v)), tx.Put([]byte("b"), []byte(v)))
		}))
	}
	for name, read := range map[string]func(tx store.Tx) (string, error){
		"get": func(tx store.Tx) (string, error) {
			v, err := tx.Get([]byte("b"))
			return string(v), err
		},
		"scan": func(tx store.Tx) (string, error) {
			for p, err := range tx.Scan([]byte("b"), nil, false) {
				return string(p.Value), err
			}
			return "", nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			set("1")
			runs := 0
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
				runs++
				a, err := tx.Get([]byte("a"))
				if err != nil {
					return err
				}
				if runs == 1 {
					set("2")
				}
				b, err := read(tx)
				if err != nil {
					return err
				}
				require.Equal(t, string(a), b)
				return tx.Put([]byte("c"), []byte(b))
			}))
			require.Equal(t, 2, runs)
			require.Equal(t, "2", get(t, s, "c"))
		})
	}
}

// Two transactions hold all they have read until both want to commit. At most one may, in every way in which they may
// depend on each other.
func TestPairsThatMustNotBothCommit(t *testing.T) {
	type step = func(tx store.Tx) error
	read := func(k string) step {
		return func(tx store.Tx) error { _, err := tx.Get([]byte(k)); return err }
	}
	scan := func(from, to string) step {
		return func(tx store.Tx) error {
			for _, err := range tx.Scan([]byte(from), []byte(to), false) {
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	write := func(k string) step { return func(tx store.Tx) error { return tx.Put([]byte(k), []byte("new")) } }
	del := func(k string) step { return func(tx store.Tx) error { return tx.Delete([]byte(k)) } }
	url := sharedServer(t).URL()
	for name, c := range map[string][2][]step{
		"write skew":               {{read("x"), write("y")}, {read("y"), write("x")}},
		"write skew of deletions":  {{read("x"), del("y")}, {read("y"), del("x")}},
		"absent keys":              {{read("n1"), write("n2")}, {read("n2"), write("n1")}},
		"absent and there":         {{read("n1"), write("x")}, {read("x"), write("n1")}},
		"same absent key":          {{read("n1"), write("n1")}, {read("n1"), write("n1")}},
		"range and key":            {{scan("r", "s"), write("x")}, {read("x"), write("r9")}},
		"range and absent key":     {{scan("r", "s"), write("n1")}, {read("n1"), write("r9")}},
		"ranges":                   {{scan("r", "s"), write("q9")}, {scan("q", "r"), write("r9")}},
		"same range":               {{scan("r", "s"), write("r8")}, {scan("r", "s"), write("r9")}},
		"range, update in it":      {{scan("r", "s"), write("x")}, {read("x"), write("r1")}},
		"range, deletion in it":    {{scan("r", "s"), write("x")}, {read("x"), del("r1")}},
		"long prefixes":            {{scan("0123456789abcdef/r", "0123456789abcdef/s"), write("x")}, {read("x"), scan("0123", ""), write("0123456789abcdef/r1")}},
		"long prefixes, own write": {{scan("0123456789abcdef/r", "0123456789abcdef/s"), write("0123456789abcdef/q")}, {scan("0123456789abcdef/q", "0123456789abcdef/r"), write("0123456789abcdef/r")}},
	} {
		for _, serializable := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " serializable=", serializable), func(t *testing.T) {
				t.Parallel()
				table := newTable()
				var stores [2]*Store
				for i := range stores {
					stores[i] = open(t, url, &Options{Table: table, MaxConns: 2, Serializable: serializable})
				}
				for range 8 {
					require.NoError(t, stores[0].Update(t.Context(), func(tx store.Tx) error {
						for _, k := range []string{"x", "y", "r1", "q1"} {
							if err := tx.Put([]byte(k), []byte("old")); err != nil {
								return err
							}
						}
						for _, k := range []string{"n1", "n2", "r8", "r9", "q9", "0123456789abcdef/r1", "0123456789abcdef/r", "0123456789abcdef/q"} {
							if err := tx.Delete([]byte(k)); err != nil {
								return err
							}
						}
						return nil
					}))
					var ready, done sync.WaitGroup
					ready.Add(2)
					var runs atomic.Int64
					for i, s := range stores {
						done.Go(func() {
							first := true
							err := s.Update(t.Context(), func(tx store.Tx) error {
								runs.Add(1)
								for _, do := range c[i] {
									if err := do(tx); err != nil {
										if first {
											first = false
											ready.Done()
										}
										return err
									}
								}
								if first {
									first = false
									ready.Done()
									ready.Wait()
								}
								return nil
							})
							if err != nil {
								t.Error(err)
							}
						})
					}
					done.Wait()
					require.Greater(t, runs.Load(), int64(2), "both committed on what the other one changed")
				}
			})
		}
	}
}

func TestContextEndsWhileWaiting(t *testing.T) {
	s := open(t, sharedServer(t).URL(), &Options{Table: newTable(), MaxConns: 2})
	require.NoError(t, put(t.Context(), s, "a", "1"))
	// All connections are taken.
	var held []interface{ Release() }
	for range 2 {
		c, err := s.pool.Acquire(t.Context())
		require.NoError(t, err)
		held = append(held, c)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, put(ctx, s, "a", "2"), context.DeadlineExceeded)
	require.ErrorIs(t, s.View(ctx, func(r store.Reader) error { _, err := r.Get([]byte("a")); return err }), context.DeadlineExceeded)
	for _, c := range held {
		c.Release()
	}
	require.Equal(t, "1", get(t, s, "a"))
}

// A commit that hangs, here for a row that another client has locked, is given up with an outcome that is not known.
func TestCommitTimeout(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	require.NoError(t, put(t.Context(), open(t, srv.URL(), &Options{Table: table}), "a", "1"))
	s := open(t, srv.URL(), &Options{Table: table, CommitTimeout: 100 * time.Millisecond})
	c, err := pgx.Connect(t.Context(), srv.URL())
	require.NoError(t, err)
	defer c.Close(t.Context())
	tx, err := c.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT 1 FROM "+table+" FOR UPDATE")
	require.NoError(t, err)
	require.ErrorIs(t, put(t.Context(), s, "a", "2"), store.ErrOutcomeUnknown)
	require.NoError(t, tx.Rollback(t.Context()))
}
