//go:build unix

package store_test

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// BenchmarkTableUpdate compares an update of a record that moves its two index entries, one of them unique, with the
// reads and writes of the same keys and values by hand, the floor. Both run in turns, so that they see the same machine,
// and roll back: the commit is the same for both, and so much dearer that it would hide the difference. The figures are
// microseconds of CPU time for an update, garbage collection included: the median turn, and of the difference the median
// pair of turns.
func BenchmarkTableUpdate(b *testing.B) {
	const records = 10_000
	id := func(n int) []byte { return store.AppendUint64([]byte("id-"), uint64(n%records)) }
	owner := func(n int) []byte { return store.AppendUint64([]byte("owner-"), uint64(n)) }
	serial := func(n int) []byte { return store.AppendUint64(nil, uint64(n)) }
	s, table := store.NewMemory(), newSubTable()
	for n := range records {
		update(b, s, func(tx store.Tx) error {
			return table.Put(tx, &sub{
				id: string(id(n)), owner: string(owner(n)), serial: string(serial(n)), note: "https://as.example.com/a/place/to/send/to",
			})
		})
	}
	byTable := func(tx store.Tx, n int) error {
		v, err := table.Get(tx, id(n))
		if err != nil {
			return err
		}
		v.owner, v.serial = string(owner(n+records)), string(serial(n+records))
		return table.Put(tx, v)
	}
	rows, owners, serials := []byte("sub/r"), store.Key("sub/i").Text("owner"), store.Key("sub/i").Text("serial")
	byHand := func(tx store.Tx, n int) error {
		var buf, buf2, buf3 [64]byte
		row := append(append(buf[:0], rows...), id(n)...)
		if _, err := tx.Get(row); err != nil {
			return err
		}
		value, err := tx.Get(row) // Put looks again
		if err != nil {
			return err
		}
		taken := store.AppendText(append(buf2[:0], serials...), serial(n+records))
		if _, err := tx.Get(taken); err != nil {
			return err
		}
		if err := tx.Delete(append(store.AppendText(append(buf3[:0], owners...), owner(n)), id(n)...)); err != nil {
			return err
		}
		if err := tx.Put(append(store.AppendText(append(buf3[:0], owners...), owner(n+records)), id(n)...), nil); err != nil {
			return err
		}
		if err := tx.Delete(store.AppendText(append(buf3[:0], serials...), serial(n))); err != nil {
			return err
		}
		if err := tx.Put(taken, id(n)); err != nil {
			return err
		}
		return tx.Put(row, value)
	}
	rollBack := errors.New("roll back")
	// Turns are short, so that what disturbs one pair of them disturbs few.
	const each = 200
	turn := func(one func(store.Tx, int) error, n int) float64 {
		begin := cpu(b)
		for i := range each {
			err := s.Update(b.Context(), func(tx store.Tx) error {
				if err := one(tx, (n+i)%records); err != nil {
					return err
				}
				return rollBack
			})
			if err != rollBack {
				require.NoError(b, err)
			}
		}
		return float64((cpu(b) - begin).Nanoseconds()) / 1000 / each
	}
	var took, floor, above []float64
	for b.Loop() {
		n := each * len(took)
		floor = append(floor, turn(byHand, n))
		took = append(took, turn(byTable, n))
		above = append(above, took[len(took)-1]-floor[len(floor)-1])
	}
	median := func(all []float64) float64 {
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(took), "table-us")
	b.ReportMetric(median(floor), "floor-us")
	b.ReportMetric(median(above), "above-us")
}

// cpu returns the CPU time of the process, the kernel's work for it included.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
