package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/postgres/pgtest"
)

// load lets counters of their own and one total rise together, over several Stores, while the server is broken below.
type load struct {
	stores       []*Store
	acknowledged [8]atomic.Uint64
	commits      atomic.Int64
	unknown      atomic.Int64
	stop         atomic.Bool
	wg           sync.WaitGroup
}

func increment(tx store.Tx, key string) (uint64, error) {
	n, err := count(tx, key)
	if err != nil {
		return 0, err
	}
	return n + 1, tx.Put([]byte(key), store.AppendUint64(nil, n+1))
}

func count(r store.Reader, key string) (uint64, error) {
	v, err := r.Get([]byte(key))
	if err != nil || v == nil {
		return 0, err
	}
	n, _, err := store.CutUint64(v)
	return n, err
}

func (l *load) run(t *testing.T) {
	for i := range l.acknowledged {
		l.wg.Go(func() {
			s, key := l.stores[i%len(l.stores)], fmt.Sprint("counter", i)
			for !l.stop.Load() {
				var n uint64
				err := s.Update(t.Context(), func(tx store.Tx) error {
					var err error
					if n, err = increment(tx, key); err == nil {
						_, err = increment(tx, "total")
					}
					if err == nil && i%4 == 0 { // a part of them scans and inserts
						for _, serr := range tx.Scan([]byte(key+"/"), []byte(key+"0"), true) {
							err = serr
							break
						}
						err = errors.Join(err, tx.Put(store.AppendUint64([]byte(key+"/"), n), nil))
					}
					return err
				})
				switch {
				case err == nil:
					l.acknowledged[i].Store(n)
					l.commits.Add(1)
				case errors.Is(err, store.ErrOutcomeUnknown):
					l.unknown.Add(1)
					var now uint64
					err := s.Update(t.Context(), func(tx store.Tx) (err error) { now, err = count(tx, key); return err })
					if err != nil || now != n && now != n-1 {
						t.Errorf("%s is %d after the outcome of %d was unknown, %v", key, now, n, err)
						return
					}
				default:
					t.Errorf("%s: %v", key, err)
					return
				}
			}
		})
	}
}

// after waits for n more commits.
func (l *load) after(t *testing.T, n int64) {
	t.Helper()
	begin := time.Now()
	for end := l.commits.Load() + n; l.commits.Load() < end; time.Sleep(time.Millisecond) {
		if t.Failed() || time.Since(begin) > 2*time.Minute {
			l.stop.Store(true)
			t.Fatalf("%d commits are missing", end-l.commits.Load())
		}
	}
}

// check stops the load and looks at what there is.
func (l *load) check(t *testing.T) {
	t.Helper()
	l.stop.Store(true)
	l.wg.Wait()
	require.False(t, t.Failed())
	require.NoError(t, l.stores[0].View(t.Context(), func(r store.Reader) error {
		var sum uint64
		for i := range l.acknowledged {
			n, err := count(r, fmt.Sprint("counter", i))
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, l.acknowledged[i].Load(), "counter %d lost acknowledged commits", i)
			sum += n
			if i%4 == 0 {
				entries := uint64(0)
				for _, err := range r.Scan(fmt.Appendf(nil, "counter%d/", i), fmt.Appendf(nil, "counter%d0", i), false) {
					require.NoError(t, err)
					entries++
				}
				require.Equal(t, n, entries, "a transaction was torn")
			}
		}
		total, err := count(r, "total")
		require.Equal(t, sum, total, "a transaction was torn")
		return err
	}))
	t.Logf("%d commits, %d with an unknown outcome", l.commits.Load(), l.unknown.Load())
}

// A server that is killed at any moment loses nothing that was acknowledged, and its clients come back.
func TestServerKilled(t *testing.T) {
	srv, stop := pgtest.Start(t)
	defer stop()
	l := new(load)
	for range 2 {
		l.stores = append(l.stores, open(t, srv.URL(), &Options{Reconnect: time.Minute}))
	}
	l.run(t)
	for kills := 0; kills < 2 || kills < 20 && l.unknown.Load() == 0; kills++ { // a kill may find no commit under way
		l.after(t, 100+rand.Int64N(200))
		srv.Kill()
		srv.Run(t)
	}
	l.after(t, 200)
	l.check(t)
	require.Positive(t, l.unknown.Load(), "no commit was under way when the server was killed")
}

// When the primary dies and its synchronous standby takes over, nothing that was acknowledged is lost.
func TestFailover(t *testing.T) {
	primary, stop := pgtest.Start(t)
	defer stop()
	standby, stopStandby := primary.Standby(t)
	defer stopStandby()
	primary.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
	primary.Exec(t, "SELECT pg_reload_conf()")
	url := fmt.Sprintf("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/postgres?sslmode=disable&target_session_attrs=read-write",
		standby.Port, primary.Port)
	l := new(load)
	for range 2 {
		l.stores = append(l.stores, open(t, url, &Options{Reconnect: time.Minute}))
	}
	waitUntil(t, primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
	l.run(t)
	l.after(t, 300)
	primary.Kill()
	standby.Exec(t, "SELECT pg_promote()")
	l.after(t, 200)
	l.check(t)
}

func waitUntil(t *testing.T, s *pgtest.Server, query string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.URL())
	require.NoError(t, err)
	defer c.Close(t.Context())
	for begin := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		var is bool
		require.NoError(t, c.QueryRow(t.Context(), query).Scan(&is))
		if is {
			return
		}
		require.Less(t, time.Since(begin), time.Minute, "waiting for %s", query)
	}
}

// While a commit waits for the standby it can be cut short by the administrator. The server then reports success, though
// the standby does not have it.
func TestWaitForStandbyCutShort(t *testing.T) {
	srv, stop := pgtest.Start(t)
	defer stop()
	s := open(t, srv.URL(), nil)
	require.NoError(t, put(t.Context(), s, "a", "1"))
	srv.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
	srv.Exec(t, "SELECT pg_reload_conf()")
	waitUntil(t, srv, "SELECT current_setting('synchronous_standby_names') = 'nobody'")
	s.pool.Reset() // connections that are there may not have noticed yet
	for _, how := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		for _, keys := range []int{1, 2} { // one statement, and several
			result := make(chan error, 1)
			go func() {
				result <- s.Update(t.Context(), func(tx store.Tx) error {
					for i := range keys {
						if _, err := tx.Get([]byte("a")); i > 0 && err != nil {
							return err
						}
						if err := tx.Put(fmt.Append(nil, "b", i), []byte(how)); err != nil {
							return err
						}
					}
					return nil
				})
			}()
			waiting := "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type = 'client backend'"
			waitUntil(t, srv, "SELECT count(*) = 1 "+waiting)
			srv.Exec(t, "SELECT "+how+"(pid) "+waiting)
			require.ErrorIs(t, <-result, store.ErrOutcomeUnknown, how)
		}
	}
}

// When a connection breaks before the commit, an Update runs again, and a View, which cannot, fails.
func TestConnectionBreaks(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	s := open(t, srv.URL()+"&application_name="+table, &Options{Table: table, CacheRecords: -1})
	require.NoError(t, put(t.Context(), s, "a", "1"))
	cut := func() {
		srv.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"+table+"'")
		waitUntil(t, srv, "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = '"+table+"'")
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		_, err := r.Get([]byte("a"))
		require.NoError(t, err)
		cut()
		_, err = r.Get([]byte("b"))
		return err
	})
	require.Error(t, err)
	require.NotErrorIs(t, err, store.ErrOutcomeUnknown)

	for _, scan := range []bool{false, true} {
		runs := 0
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			runs++
			if scan {
				for range tx.Scan(nil, nil, false) {
					break
				}
			}
			_, err := tx.Get([]byte("a"))
			if runs == 1 {
				cut()
			}
			if _, err := tx.Get([]byte("b")); err != nil {
				return err
			}
			return errors.Join(err, tx.Put([]byte("a"), []byte("2")))
		}))
		require.Equal(t, 2, runs)
	}
	cut()
	require.Equal(t, "2", get(t, s, "a"))
}

// A server that is not there is waited for as long as the options and the context say.
func TestNoServer(t *testing.T) {
	srv, stop := pgtest.Start(t)
	defer stop()
	s := open(t, srv.URL(), &Options{Reconnect: -1})
	patient := open(t, srv.URL(), nil)
	srv.Kill()
	err := s.View(t.Context(), func(r store.Reader) error { _, err := r.Get([]byte("a")); return err })
	require.ErrorContains(t, err, "no connection")
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.ErrorIs(t, put(t.Context(), s, "a", "1"), store.ErrUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = patient.View(ctx, func(r store.Reader) error { _, err := r.Get([]byte("a")); return err })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = Open(t.Context(), strings.Replace(srv.URL(), "postgres?", "nowhere?", 1), nil)
	require.Error(t, err)
}
