package store

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
)

// A Counter is a durable number that many transactions add to.
//
// Two transactions that write one key after reading it cannot run in parallel, so a counter in one key slows everything
// that counts down to one commit after the other. A Counter may be spread over several keys: Add changes any one of
// them, Value reads them all. Thus transactions that only add seldom conflict, and those that look at the value always
// do. Where a limit must hold, as with a quota, each transaction has to look; give a spread of 1 there.
//
// It is safe for concurrent use.
type Counter struct {
	prefix Key // + number of the key -> its part of the value
	spread int
}

// NewCounter returns the counter that is kept under the keys that begin with prefix, which nothing else may use. spread
// is the number of keys, 1 to 256; what is outside counts as the nearest of these. It may be changed at any time.
func NewCounter(prefix []byte, spread int) *Counter {
	return &Counter{prefix: Key(prefix).Raw(), spread: min(max(spread, 1), 256)}
}

// Add adds n, which may be negative.
func (c *Counter) Add(tx Tx, n int64) error {
	key := c.prefix.Raw(byte(rand.IntN(c.spread)))
	stored, err := tx.Get(key)
	if err != nil {
		return err
	}
	part, err := addPart(n, stored)
	if err != nil {
		return err
	}
	return tx.Put(key, binary.AppendVarint(nil, part))
}

// Value returns the sum of all that was added.
func (c *Counter) Value(r Reader) (int64, error) {
	sum := int64(0)
	for p, err := range r.Scan(c.prefix, PrefixEnd(c.prefix), false) {
		if err != nil {
			return 0, err
		}
		if sum, err = addPart(sum, p.Value); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// addPart adds the stored part of a value, which may be nil, to n.
func addPart(n int64, stored []byte) (int64, error) {
	if stored == nil {
		return n, nil
	}
	part, size := binary.Varint(stored)
	if size <= 0 {
		return 0, errors.New("store: damaged counter")
	}
	sum := n + part
	if part > 0 && sum < n || part < 0 && sum > n {
		return 0, errors.New("store: counter overflows")
	}
	return sum, nil
}
