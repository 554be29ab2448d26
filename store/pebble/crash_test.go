package pebble

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// countUp lets counters of their own and one total rise together, and tells of every commit that returned.
func countUp(ctx context.Context, s store.Store, counters int, acknowledged func(counter int, n uint64) bool) {
	var wg sync.WaitGroup
	for i := range counters {
		wg.Go(func() {
			for {
				var n uint64
				err := s.Update(ctx, func(tx store.Tx) error {
					var err error
					if n, err = increment(tx, fmt.Sprint("counter", i)); err == nil {
						_, err = increment(tx, "total")
					}
					return err
				})
				if err != nil || !acknowledged(i, n) {
					return
				}
			}
		})
	}
	wg.Wait()
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

// requireCounts checks that every counter is at least where it was acknowledged, and that no transaction was torn.
func requireCounts(t *testing.T, s store.Store, acknowledged []uint64) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		var sum uint64
		for i, want := range acknowledged {
			n, err := count(r, fmt.Sprint("counter", i))
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, want, "counter %d lost acknowledged commits", i)
			sum += n
		}
		total, err := count(r, "total")
		require.Equal(t, sum, total, "a transaction was torn")
		return err
	}))
}

const killDir = "SCEFKIT_TEST_KILL_DIR"

// TestKilledChild is the program that TestKill kills.
func TestKilledChild(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		t.Skip("a part of TestKill")
	}
	s, err := Open(dir, &Options{MemTableSize: 1 << 20})
	require.NoError(t, err)
	countUp(t.Context(), s, 8, func(counter int, n uint64) bool {
		_, err := fmt.Printf("ack %d %d\n", counter, n)
		return err == nil
	})
}

// A process that is killed at any moment has lost nothing that it acknowledged.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := make([]uint64, 8)
	for range 6 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChild$", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), killDir+"="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines, after := 0, 1+rand.IntN(3000)
		in := bufio.NewScanner(out)
		for in.Scan() {
			if !strings.HasPrefix(in.Text(), "ack ") {
				continue
			}
			var i int
			var n uint64
			if _, err := fmt.Sscanf(in.Text(), "ack %d %d", &i, &n); err != nil {
				continue // cut off by the kill
			}
			acknowledged[i] = max(acknowledged[i], n)
			if lines++; lines == after {
				require.NoError(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait() // "signal: killed"
		require.GreaterOrEqual(t, lines, after, "the child ended by itself")
		s, err := Open(dir, nil)
		require.NoError(t, err)
		requireCounts(t, s, acknowledged)
		require.NoError(t, s.Close())
	}
}

// A power cut loses what was not synced, here all or any part of it, and nothing that was acknowledged or seen.
func TestPowerCut(t *testing.T) {
	for round := range 6 {
		disk := vfs.NewCrashableMem()
		s, err := Open("data", &Options{fs: disk, MemTableSize: 1 << 20})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var acknowledged [8]atomic.Uint64
		var enough sync.WaitGroup
		enough.Add(1)
		after := uint64(1 + rand.IntN(60))
		var once sync.Once
		var running sync.WaitGroup
		running.Go(func() {
			countUp(ctx, s, len(acknowledged), func(i int, n uint64) bool {
				acknowledged[i].Store(n)
				if n >= after {
					once.Do(enough.Done)
				}
				return true
			})
		})
		enough.Wait()
		before := make([]uint64, len(acknowledged))
		for i := range before {
			before[i] = acknowledged[i].Load()
		}
		var seen uint64
		require.NoError(t, s.View(ctx, func(r store.Reader) error {
			seen, err = count(r, "total")
			return err
		}))
		cut := disk.CrashClone(vfs.CrashCloneCfg{
			UnsyncedDataPercent: round % 3 * 50, RNG: rand.New(rand.NewPCG(uint64(round), 1)),
		})
		cancel()
		running.Wait()
		require.NoError(t, s.Close())

		s, err = Open("data", &Options{fs: cut})
		require.NoError(t, err)
		requireCounts(t, s, before)
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			total, err := count(r, "total")
			require.GreaterOrEqual(t, total, seen, "a View had shown what the power cut took back")
			return err
		}))
		require.NoError(t, s.Close())
	}
}
