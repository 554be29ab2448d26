package store

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// AfterCommit is called once, for the run that was committed, when its writes are seen.
func TestAfterCommit(t *testing.T) {
	s := NewMemory()
	key, errNo := []byte("k"), errors.New("no")
	put := func(ctx context.Context, to []byte) error {
		return s.Update(ctx, func(tx Tx) error { return tx.Put(to, []byte("other")) })
	}
	runs, called := 0, 0
	require.NoError(t, s.Update(t.Context(), func(tx Tx) error {
		runs++
		if _, err := tx.Get(key); err != nil {
			return err
		}
		run := runs
		tx.(HookTx).AfterCommit(func() {
			called++
			require.Equal(t, 2, run)
			require.NoError(t, s.View(t.Context(), func(r Reader) error {
				v, err := r.Get(key)
				require.Equal(t, "mine", string(v))
				return err
			}))
		})
		if runs == 1 {
			require.NoError(t, put(t.Context(), key)) // a conflict
		}
		return tx.Put(key, []byte("mine"))
	}))
	require.Equal(t, 1, called)
	require.ErrorIs(t, s.Update(t.Context(), func(tx Tx) error {
		tx.(HookTx).AfterCommit(func() { called++ })
		return errNo
	}), errNo)
	require.Equal(t, 1, called)
}
