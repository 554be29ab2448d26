package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// Many nodes find nothing and make the tables at the same time.
func TestSchemaMade(t *testing.T) {
	srv := sharedServer(t)
	table := newTable()
	opts := &Options{Schema: "other", Table: table, MaxConns: 2}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			s, err := Open(t.Context(), srv.URL(), opts)
			if err == nil {
				err = errors.Join(put(t.Context(), s, fmt.Sprint(i), "x"), s.Close())
			}
			errs[i] = err
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	s := open(t, srv.URL(), opts)
	for i := range errs {
		require.Equal(t, "x", get(t, s, fmt.Sprint(i)))
	}
}

// The tables of a newer program are left alone.
func TestSchemaOfNewerProgram(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	s := open(t, srv.URL(), &Options{Table: table})
	require.NoError(t, put(t.Context(), s, "a", "1"))
	newer := len(migrations) + 1
	srv.Exec(t, fmt.Sprintf("UPDATE %s_schema SET version = %d", table, newer))
	_, err := Open(t.Context(), srv.URL(), &Options{Table: table})
	require.ErrorIs(t, err, ErrNewer)
	require.ErrorContains(t, err, fmt.Sprintf("%s has version %d; this program knows up to %d", table, newer, newer-1))
	version, err := schemaVersion(t.Context(), s.pool, table)
	require.NoError(t, err)
	require.Equal(t, newer, version)
	require.Equal(t, "1", get(t, s, "a"), "one that was open before goes on")
}

// A migration that was interrupted is finished by the next Open.
func TestSchemaInterrupted(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	s := open(t, srv.URL(), &Options{Table: table})
	require.NoError(t, put(t.Context(), s, "a", "1"))
	srv.Exec(t, fmt.Sprintf("UPDATE %s_schema SET version = 0; DELETE FROM %[1]s_guard WHERE id > 5", table))
	s = open(t, srv.URL(), &Options{Table: table})
	require.Equal(t, "1", get(t, s, "a"))
	var n int
	require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table+"_guard").Scan(&n))
	require.EqualValues(t, guards, n)
}

// Tables of an older program are migrated step by step, by several nodes at the same time, and keep what they hold. There
// is one version of the schema so far, so the later ones are made up.
func TestSchemaOfOlderProgram(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	s := open(t, srv.URL(), &Options{Table: table})
	require.NoError(t, put(t.Context(), s, "a", "1"))
	later := append(slices.Clip(migrations),
		[]string{`ALTER TABLE %[1]s ADD COLUMN IF NOT EXISTS note text`},
		[]string{`UPDATE %[1]s SET note = 'old' WHERE note IS NULL`})
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = migrate(t.Context(), s.pool, later, "", table, true) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	version, err := schemaVersion(t.Context(), s.pool, table)
	require.NoError(t, err)
	require.Equal(t, len(later), version)
	var value, note string
	require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT convert_from(value, 'UTF8'), note FROM "+table+" WHERE key = 'a'").Scan(&value, &note))
	require.Equal(t, "1 old", value+" "+note)
}

// Once the tables are there, a role that may only read and write them is enough.
func TestRoleThatMayNotCreate(t *testing.T) {
	srv, table := sharedServer(t), newTable()
	open(t, srv.URL(), &Options{Table: table})
	srv.Exec(t, fmt.Sprintf("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE modest LOGIN; "+
		"GRANT SELECT, INSERT, UPDATE, DELETE ON %s, %[1]s_guard, %[1]s_schema TO modest", table))
	url := strings.Replace(srv.URL(), "postgres@", "modest@", 1)
	s := open(t, url, &Options{Table: table})
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		for _, err := range tx.Scan([]byte("a"), nil, false) {
			return err
		}
		return tx.Put([]byte("a"), []byte("1"))
	}))
	require.Equal(t, "1", get(t, s, "a"))
	_, err := Open(t.Context(), url, &Options{Table: newTable()})
	require.ErrorContains(t, err, "SQLSTATE 42501")
}
