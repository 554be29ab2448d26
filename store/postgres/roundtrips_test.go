package postgres

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// messages counts what is sent to the server and waited for.
type messages struct{ n atomic.Int64 }

func (m *messages) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	m.n.Add(1)
	return ctx
}
func (m *messages) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (m *messages) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	m.n.Add(1)
	return ctx
}
func (m *messages) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (m *messages) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// A transaction that remembers nothing takes one round trip for every read and one for the commit, and one for all reads
// when it runs again.
func TestRoundTrips(t *testing.T) {
	sent := new(messages)
	url, table := sharedServer(t).URL(), newTable()
	other := open(t, url, &Options{Table: table})
	s := open(t, url, &Options{Table: table, CacheRecords: -1, Configure: func(cfg *pgxpool.Config) { cfg.ConnConfig.Tracer = sent }})
	var keys [][]byte
	for _, k := range "abcdefghijklmnop" {
		keys = append(keys, []byte{byte(k)})
		require.NoError(t, put(t.Context(), other, string(k), "1"))
	}
	round := func(reads, writes int, after func(read int)) func() error {
		return func() error {
			return s.Update(t.Context(), func(tx store.Tx) error {
				for i, k := range keys[:reads] {
					if _, err := tx.Get(k); err != nil {
						return err
					}
					after(i)
				}
				for _, k := range keys[:writes] {
					if err := tx.Put(k, []byte("2")); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	nothing := func(int) {}
	runs := 0
	for name, c := range map[string]struct {
		run  func() error
		want int64
	}{
		"write":               {round(0, 3, nothing), 1},
		"one read":            {round(1, 1, nothing), 2},
		"one read of three":   {round(1, 3, nothing), 2},
		"three reads":         {round(3, 3, nothing), 4},
		"reads, no write":     {round(3, 0, nothing), 3},
		"more reads, a write": {round(16, 1, nothing), 17},
		"view of two": {func() error {
			return s.View(t.Context(), func(r store.Reader) error { _, _ = r.Get(keys[0]); _, err := r.Get(keys[1]); return err })
		}, 2},
		"three reads, changed": {round(3, 3, func(i int) {
			if runs++; i == 2 && runs == 3 {
				require.NoError(t, put(t.Context(), other, "a", "3"))
			}
		}), 4 + 2},
	} {
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { _, err := tx.Get(keys[0]); return err })) // connected
		sent.n.Store(0)
		require.NoError(t, c.run(), name)
		require.Equal(t, c.want, sent.n.Load(), name)
	}
}

// What was seen together needs no reading, unless another Store changes it.
func TestRoundTripsOfWhatIsRemembered(t *testing.T) {
	sent := new(messages)
	url, table := sharedServer(t).URL(), newTable()
	other := open(t, url, &Options{Table: table})
	s := open(t, url, &Options{Table: table, Configure: func(cfg *pgxpool.Config) { cfg.ConnConfig.Tracer = sent }})
	var values []string // of the last run
	refused := errors.New("refused")
	update := func(keys, writes string, result error) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			values = nil
			for _, k := range keys {
				v, err := tx.Get([]byte(string(k)))
				if err != nil {
					return err
				}
				values = append(values, string(v))
			}
			for _, k := range writes {
				if err := tx.Put([]byte(string(k)), []byte(values[0]+"+")); err != nil {
					return err
				}
			}
			return result
		})
	}
	for i, step := range []struct {
		keys, writes string
		before       string // the key that the other Store changes
		err          error
		want         int64
		values       []string
	}{
		{keys: "abc", writes: "abc", want: 4, values: []string{"", "", ""}},
		{keys: "abc", writes: "abc", want: 1, values: []string{"+", "+", "+"}}, // by one commit
		{keys: "ab", writes: "a", want: 1, values: []string{"++", "++"}},
		{keys: "ac", writes: "a", want: 2, values: []string{"+++", "++"}}, // c was seen earlier than a
		{keys: "ac", writes: "a", want: 1, values: []string{"++++", "++"}},
		{keys: "ac", want: 1, values: []string{"+++++", "++"}},               // without a commit somebody has to look
		{keys: "ac", err: refused, want: 1, values: []string{"+++++", "++"}}, // and before an error is believed
		{keys: "ac", writes: "a", before: "c", want: 3, values: []string{"+++++", "other"}},
		{keys: "ac", err: refused, before: "c", want: 1, values: []string{"++++++", "other"}}, // c is not trusted any more
		{keys: "c", writes: "c", want: 2, values: []string{"other"}},                          // until nobody else has changed it
		{keys: "c", writes: "c", want: 1, values: []string{"other+"}},
	} {
		if step.before != "" {
			require.NoError(t, put(t.Context(), other, step.before, "other"))
		}
		sent.n.Store(0)
		require.ErrorIs(t, update(step.keys, step.writes, step.err), step.err, "%d", i)
		require.Equal(t, step.values, values, "%d", i)
		require.Equal(t, step.want, sent.n.Load(), "%d", i)
	}
}
