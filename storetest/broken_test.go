package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/scefkit/scefkit/store"
)

// The suite is on trial here: for every promise there is a store that breaks it, and the check must notice.

// model is a plain store, right but slow, with one fault at a time put in.
type model struct {
	fault string

	mu        sync.Mutex
	data      map[string][]byte   // guarded by mu; never changed, but replaced
	before    map[string][]byte   // guarded by mu; data before the last commit
	written   []map[string][]byte // guarded by mu; what each commit wrote
	closed    bool                // guarded by mu
	resurrect map[string][]byte
	running   sync.WaitGroup
}

func newModel(fault string) *model { return &model{fault: fault} }

func (m *model) is(fault string) bool { return m.fault == fault }

func (m *model) begin() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed && m.is("another error when closed") {
		return errors.New("closed")
	}
	if m.closed && !m.is("open after close") {
		return store.ErrClosed
	}
	m.running.Add(1)
	return nil
}

func (m *model) snapshot(stale bool) *modelTx {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &modelTx{m: m, base: m.data, since: len(m.written), own: map[string][]byte{}, keys: map[string]bool{}}
	if stale {
		tx.base = m.before
		tx.since = max(tx.since-1, 0)
	}
	return tx
}

func (m *model) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := m.begin(); err != nil {
		return err
	}
	defer m.running.Done()
	tx := m.snapshot(m.is("stale view"))
	tx.readOnly = true
	return m.callers(fn(struct{ store.Reader }{tx}))
}

func (m *model) callers(err error) error {
	if err != nil && m.is("wraps errors") {
		return fmt.Errorf("transaction: %w", err)
	}
	return err
}

func (m *model) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := m.begin(); err != nil {
		if tx := m.snapshot(false); m.is("commits what it refuses") && fn(tx) == nil {
			m.commit(tx)
		}
		return err
	}
	defer m.running.Done()
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil && !m.is("ignores context") {
			return err
		}
		tx := m.snapshot(m.is("stale update") && attempt == 0)
		tx.ctx = ctx
		err := fn(tx)
		told := func() {
			for _, fn := range tx.after {
				fn()
			}
		}
		if m.is("tells before the commit") {
			told()
		}
		if err != nil && !(m.is("commits on error") && len(tx.own) > 0) {
			return m.callers(err)
		}
		if tx.failed != nil && !m.is("ignores refusals") {
			return tx.failed
		}
		if cerr := ctx.Err(); cerr != nil && !m.is("ignores context") && !m.is("context checked at start only") {
			return cerr
		}
		if len(tx.own) == 0 || m.commit(tx) {
			if !m.is("tells before the commit") && !m.is("never tells") {
				told()
			}
			if m.is("says cancelled after the commit") || m.is("cancelled in the middle of the commit") {
				giveWay()
				return ctx.Err()
			}
			return err
		}
	}
}

func (m *model) commit(tx *modelTx) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.written[tx.since:] {
		for k := range w {
			switch {
			case m.is("no validation"):
			case m.is("snapshot isolation"):
				if _, ok := tx.own[k]; ok {
					return false
				}
			default:
				if tx.keys[k] {
					return false
				}
				for _, r := range tx.ranges {
					if k >= r[0] && (r[1] == "" || k < r[1]) && !m.is("ranges not validated") {
						return false
					}
				}
			}
		}
	}
	keys := slices.Sorted(maps.Keys(tx.own))
	m.before = m.data
	if m.is("write by write") || m.is("cancelled in the middle of the commit") {
		for _, k := range keys {
			if tx.ctx.Err() != nil && m.is("cancelled in the middle of the commit") {
				break
			}
			m.apply(map[string][]byte{k: tx.own[k]})
			m.mu.Unlock()
			giveWay()
			m.mu.Lock()
		}
	} else {
		m.apply(tx.own)
	}
	m.written = append(m.written, tx.own)
	return true
}

func (m *model) apply(writes map[string][]byte) {
	next := maps.Clone(m.data)
	if next == nil {
		next = map[string][]byte{}
	}
	for k, v := range writes {
		if v == nil {
			if m.resurrect == nil {
				m.resurrect = map[string][]byte{}
			}
			m.resurrect[k] = next[k]
			delete(next, k)
		} else {
			next[k] = v
		}
	}
	m.data = next
}

func (m *model) Close() error {
	m.mu.Lock()
	again := m.closed
	m.closed = true
	m.mu.Unlock()
	if again && m.is("closes once only") {
		return errors.New("closed already")
	}
	if !m.is("close does not wait") {
		m.running.Wait()
	}
	return nil
}

type modelTx struct {
	m        *model
	ctx      context.Context
	readOnly bool
	base     map[string][]byte
	since    int
	own      map[string][]byte // nil is a deleted key
	size     int
	keys     map[string]bool
	ranges   [][2]string
	failed   error
	after    []func()
	spoilt   bool
	buffer   []byte
}

func (tx *modelTx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

func (tx *modelTx) is(fault string) bool { return tx.m.fault == fault }

func (tx *modelTx) Get(key []byte) ([]byte, error) {
	if tx.spoilt {
		return nil, errors.New("a scan is open")
	}
	k := string(key)
	if v, ok := tx.own[k]; ok && !tx.is("get does not see own writes") {
		return tx.give(v), nil
	}
	tx.keys[k] = true
	base := tx.base
	if tx.readOnly && tx.is("read committed") {
		tx.m.mu.Lock()
		base = tx.m.data
		tx.m.mu.Unlock()
	}
	v, ok := base[k]
	if !ok && tx.is("missing key is an error") {
		return nil, errors.New("not found")
	}
	if !ok && tx.is("missing key is empty") {
		return []byte{}, nil
	}
	if tx.readOnly && tx.is("write by write") {
		tx.m.mu.Lock()
		v = tx.m.data[k]
		tx.m.mu.Unlock()
	}
	return tx.give(v), nil
}

func (tx *modelTx) give(v []byte) []byte {
	if v != nil && len(v) == 0 && tx.is("empty value is nil") {
		return nil
	}
	if v != nil && tx.is("one buffer for all") {
		tx.buffer = append(tx.buffer[:0], v...)
		return tx.buffer
	}
	return v
}

func (tx *modelTx) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	if !tx.is("scan keeps bounds") {
		from, to = bytes.Clone(from), bytes.Clone(to)
	}
	all := maps.Clone(tx.base)
	if all == nil {
		all = map[string][]byte{}
	}
	if !tx.is("scan does not see own writes") {
		for k, v := range tx.own {
			if v == nil && !tx.is("scan shows deleted") {
				delete(all, k)
			} else {
				all[k] = v
			}
		}
	}
	used := false
	return func(yield func(store.Pair, error) bool) {
		lo, hi := string(from), string(to)
		r := [2]string{lo, hi}
		if !tx.is("gap before the last key forgotten") {
			tx.ranges = append(tx.ranges, r)
		}
		if used && tx.is("scan works once") {
			yield(store.Pair{}, errors.New("used"))
			return
		}
		used = true
		var keys []string
		for k := range all {
			switch {
			case k < lo, k == lo && lo != "" && tx.is("from is left out"):
			case hi == "", k < hi, k == hi && tx.is("to is included"):
				keys = append(keys, k)
			case tx.is("no upper bound"):
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		if tx.is("shorter keys first") {
			slices.SortStableFunc(keys, func(a, b string) int { return len(a) - len(b) })
		}
		if reverse && !tx.is("never reverse") {
			slices.Reverse(keys)
		}
		if tx.is("own writes come last") {
			slices.SortStableFunc(keys, func(a, b string) int { return len(tx.own[a]) - len(tx.own[b]) })
		}
		writes := len(tx.own)
		for i, k := range keys {
			if len(tx.own) != writes && tx.is("a write ends the scan") {
				return
			}
			tx.keys[k] = true
			key := []byte(k)
			if !yield(store.Pair{Key: key, Value: all[k]}, nil) {
				tx.spoilt = tx.is("break spoils")
				if tx.is("goes on after break") && i+1 < len(keys) {
					yield(store.Pair{Key: key}, nil)
				}
				return
			}
		}
	}
}

func (tx *modelTx) Put(key, value []byte) error {
	maxKey, maxValue, maxTx := store.MaxKey, store.MaxValue, store.MaxTx
	switch tx.m.fault {
	case "keys limited to less":
		maxKey--
	case "values limited to less":
		maxValue--
	case "transactions limited to less":
		maxTx--
	case "keys not limited":
		maxKey *= 2
	case "values not limited":
		maxValue *= 2
	case "transactions not limited":
		maxTx *= 2
	}
	if len(key) == 0 && !tx.is("empty key accepted") {
		return tx.refuse(errors.New("empty key"))
	}
	if len(key) > maxKey || len(value) > maxValue {
		return tx.refuse(store.ErrTooLarge)
	}
	kept := append([]byte{}, value...)
	if tx.is("long values cut") {
		kept = kept[:min(len(kept), 64<<10)]
	}
	if tx.is("keeps the slice") {
		kept = value
	}
	if old, ok := tx.own[string(key)]; ok {
		tx.size -= len(key) + len(old)
	}
	tx.own[string(key)] = kept
	if tx.size += len(key) + len(value); tx.size > maxTx {
		return tx.refuse(store.ErrTooLarge)
	}
	return nil
}

func (tx *modelTx) refuse(err error) error {
	tx.failed = err
	return err
}

func (tx *modelTx) Delete(key []byte) error {
	if tx.is("delete of nothing is an error") {
		if _, ok := tx.base[string(key)]; !ok {
			return errors.New("not found")
		}
	}
	if tx.is("deletes of nothing are lost") && tx.base[string(key)] == nil && tx.own[string(key)] == nil {
		return nil
	}
	tx.own[string(key)] = nil
	return nil
}

var faults = map[string][]string{
	"GetMissing":          {"missing key is an error", "missing key is empty"},
	"EmptyValue":          {"empty value is nil"},
	"EmptyKeyRefused":     {"empty key accepted", "ignores refusals"},
	"DeleteMissing":       {"delete of nothing is an error"},
	"ReadYourWrites":      {"get does not see own writes"},
	"ScanSeesOwnWrites":   {"scan does not see own writes", "scan shows deleted"},
	"ScanOrder":           {"never reverse", "to is included", "from is left out", "no upper bound", "shorter keys first"},
	"ScanStops":           {"break spoils", "goes on after break", "scan works once"},
	"ScanLimits":          {"own writes come last", "never reverse", "goes on after break"},
	"BigValues":           {"long values cut", "values limited to less"},
	"WriteWhileIterating": {"a write ends the scan"},
	"CopiesWhatItKeeps":   {"keeps the slice", "scan keeps bounds"},
	"GivesWhatLasts":      {"one buffer for all"},
	"ErrorUnchanged":      {"wraps errors"},
	"RollBack":            {"commits on error"},
	"LimitsAllowed":       {"keys limited to less", "values limited to less", "transactions limited to less"},
	"TooLarge":            {"keys not limited", "values not limited", "ignores refusals"},
	"TooLargeTransaction": {"transactions not limited", "ignores refusals"},
	"ContextEnded":        {"ignores context", "context checked at start only"},
	"Closed":              {"open after close", "closes once only"},
	"CancelWhileBusy":     {"says cancelled after the commit", "no validation", "cancelled in the middle of the commit"},
	"CloseWaits":          {"close does not wait"},
	"CloseWhileBusy":      {"another error when closed"},
	"SeesWhatReturned":    {"stale view", "stale update"},
	"Atomicity":           {"write by write"},
	"ConsistentSnapshot":  {"read committed"},
	"LostUpdate":          {"no validation"},
	"WriteSkew":           {"snapshot isolation", "no validation"},
	"LostDeletion":        {"deletes of nothing are lost"},
	"Phantom":             {"ranges not validated", "snapshot isolation"},
	"PhantomAfterBreak":   {"gap before the last key forgotten"},
	"SerialHistory":       {"no validation"},
	"SerialOrder":         {"no validation", "snapshot isolation", "ranges not validated"},
	"AfterCommit":         {"tells before the commit", "never tells"},
}

func TestChecksNoticeFaults(t *testing.T) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			run := func(fault string) error {
				s := newModel(fault)
				return guard(t.Context(), func(ctx context.Context) error { return c.check(ctx, s) })
			}
			if err := run(""); err != nil {
				t.Errorf("the model without a fault fails: %v", err)
			}
			if len(faults[c.name]) == 0 {
				t.Error("no store breaks this promise")
			}
			for _, fault := range faults[c.name] {
				if err := run(fault); err == nil {
					t.Errorf("the check does not notice: %s", fault)
				} else {
					t.Logf("%s: %.150v", fault, err)
				}
			}
		})
	}
}

func TestGuardNoticesEnd(t *testing.T) {
	err := guard(t.Context(), func(context.Context) error { panic("at the disco") })
	if err == nil {
		t.Error("a panic went unnoticed")
	}
}

// persistent is a disk of models.
type persistent struct {
	fault string
	now   *model
}

func (p *persistent) open() store.Store {
	next := newModel("")
	switch p.fault {
	case "rolled back data appears":
		next.fault = "commits on error"
	case "commits what it refuses":
		next.fault = p.fault
	}
	if old := p.now; old != nil && p.fault != "forgets all" {
		next.data = maps.Clone(old.data)
		switch p.fault {
		case "forgets the last commit":
			next.data = maps.Clone(old.before)
		case "forgets deletes":
			for k, v := range old.resurrect {
				if v != nil {
					next.data[k] = v
				}
			}
		case "forgets long values":
			for k, v := range next.data {
				if len(v) > 1000 {
					next.data[k] = v[:1000]
				}
			}
		}
	}
	p.now = next
	return next
}

func TestDurableChecksNoticeFaults(t *testing.T) {
	faults := map[string][]string{
		"KeepsWrites":       {"forgets all", "forgets the last commit"},
		"KeepsDeletes":      {"forgets deletes"},
		"KeepsNothingElse":  {"rolled back data appears"},
		"KeepsAcknowledged": {"forgets the last commit", "commits what it refuses"},
		"KeepsMuch":         {"forgets the last commit", "forgets long values"},
	}
	for _, c := range durableChecks {
		t.Run(c.name, func(t *testing.T) {
			run := func(fault string) error {
				p := &persistent{fault: fault}
				return guard(t.Context(), func(ctx context.Context) error { return c.check(ctx, p.open) })
			}
			if err := run(""); err != nil {
				t.Errorf("the model without a fault fails: %v", err)
			}
			for _, fault := range faults[c.name] {
				if err := run(fault); err == nil {
					t.Errorf("the check does not notice: %s", fault)
				} else {
					t.Logf("%s: %.150v", fault, err)
				}
			}
			if len(faults[c.name]) == 0 {
				t.Error("no store breaks this promise")
			}
		})
	}
}
