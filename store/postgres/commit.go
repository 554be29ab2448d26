package postgres

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

// statements are the texts of SQL for one table. A check that fails divides by zero, so that the transaction fails with
// it, however many statements were sent behind.
type statements struct {
	get, getAll, check       string // read keys
	up, upAll, down, downAll string // read ranges

	update, insert, upsert, remove, removeAny, lock string // write
	share, same, ranges                             string // check what was read and is not written
	guard, guardShare                               string
}

const passed = ` SELECT 1 / (CASE WHEN (SELECT count(*) FROM w) = %s THEN 1 ELSE 0 END)`

func newStatements(table string) statements {
	t := func(sql string) string { return strings.ReplaceAll(sql, "TABLE", table) }
	return statements{
		get:     t(`SELECT value, version FROM TABLE WHERE key = $1`),
		getAll:  t(`SELECT key, value, version FROM TABLE WHERE key = ANY($1::bytea[])`),
		check:   t(`SELECT key, version, CASE WHEN key = $2 THEN value END FROM TABLE WHERE key = ANY($1::bytea[])`),
		up:      t(`SELECT key, value, version FROM TABLE WHERE key >= $2 AND key < $3 ORDER BY key LIMIT $1`),
		upAll:   t(`SELECT key, value, version FROM TABLE WHERE key >= $2 ORDER BY key LIMIT $1`),
		down:    t(`SELECT key, value, version FROM TABLE WHERE key >= $2 AND key < $3 ORDER BY key DESC LIMIT $1`),
		downAll: t(`SELECT key, value, version FROM TABLE WHERE key >= $2 ORDER BY key DESC LIMIT $1`),

		update: t(`WITH w AS (UPDATE TABLE AS t SET value = u.value, version = $4
			FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS u(key, value, old)
			WHERE t.key = u.key AND t.version = u.old RETURNING 1)` + fmt.Sprintf(passed, "$5")),
		insert: t(`INSERT INTO TABLE (key, value, version) SELECT u.key, u.value, $3 FROM unnest($1::bytea[], $2::bytea[]) AS u(key, value)`),
		upsert: t(`INSERT INTO TABLE (key, value, version) SELECT u.key, u.value, $3 FROM unnest($1::bytea[], $2::bytea[]) AS u(key, value)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version`),
		remove: t(`WITH w AS (DELETE FROM TABLE AS t USING unnest($1::bytea[], $2::bigint[]) AS u(key, old)
			WHERE t.key = u.key AND t.version = u.old RETURNING 1)` + fmt.Sprintf(passed, "$3")),
		removeAny: t(`DELETE FROM TABLE WHERE key = ANY($1::bytea[])`),
		lock:      t(`SELECT count(*) FROM (SELECT 1 FROM TABLE WHERE key = ANY($1::bytea[]) ORDER BY key FOR UPDATE) AS l`),
		share: t(`WITH w AS (SELECT 1 FROM TABLE AS t JOIN unnest($1::bytea[], $2::bigint[]) AS r(key, version)
			ON t.key = r.key AND t.version = r.version FOR SHARE OF t NOWAIT)` + fmt.Sprintf(passed, "$3")),
		same: t(`WITH w AS (SELECT 1 FROM TABLE AS t JOIN unnest($1::bytea[], $2::bigint[]) AS r(key, version)
			ON t.key = r.key AND t.version = r.version)` + fmt.Sprintf(passed, "$3")),
		ranges: t(`SELECT 1 / (CASE WHEN EXISTS (SELECT 1 FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS r(lower, upper, n)
			WHERE r.n <> CASE WHEN r.upper IS NULL THEN (SELECT count(*) FROM TABLE AS t WHERE t.key >= r.lower)
			ELSE (SELECT count(*) FROM TABLE AS t WHERE t.key >= r.lower AND t.key < r.upper) END) THEN 0 ELSE 1 END)`),
		guard:      t(`SELECT count(*) FROM (SELECT 1 FROM TABLE_guard WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE) AS l`),
		guardShare: t(`SELECT count(*) FROM (SELECT 1 FROM TABLE_guard WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE NOWAIT) AS l`),
	}
}

// plan is what a commit has to write and to check. Everything stands in the order of the keys.
type plan struct {
	version int64 // of what is written: not 0, and not that of any other transaction but by a chance of 2^-62

	updates, inserts, upserts struct { // keys that were read and there, read and not there, and not read
		keys, values [][]byte
		versions     []int64
	}
	removes struct { // keys that were read and there
		keys     [][]byte
		versions []int64
	}
	removesAny [][]byte // keys that were not read
	reads      struct { // keys that were read and there, and are not written
		keys     [][]byte
		versions []int64
	}
	absent [][]byte // keys that were read and not there, and are not written; keys in removesAny that must stay absent
	ranges []scanned
}

// planOf sorts the writes by what the transaction knows of their keys.
func planOf(r *reader, w *occ.Writes) *plan {
	p := &plan{version: rand.Int64() | 1}
	written := map[string]bool{}
	for _, s := range r.ranges {
		p.ranges = append(p.ranges, *s)
	}
	count := func(key []byte, n int64) { // the ranges are checked with the writes in them
		for i := range p.ranges {
			if p.ranges[i].holds(key) {
				p.ranges[i].n += n
			}
		}
	}
	w.Each(func(k string, value []byte, del bool) {
		key := []byte(k)
		at := r.points[k]
		known, version := at != nil && at.used, int64(0)
		if known {
			version = at.version
			written[k] = !del || version != 0
		} else {
			known = slices.ContainsFunc(p.ranges, func(s scanned) bool { return s.holds(key) })
		}
		switch {
		case del && version != 0:
			p.removes.keys = append(p.removes.keys, key)
			p.removes.versions = append(p.removes.versions, version)
			count(key, -1)
		case del && known: // nothing to do
		case del:
			p.removesAny = append(p.removesAny, key)
		case version != 0:
			p.updates.keys = append(p.updates.keys, key)
			p.updates.values = append(p.updates.values, value)
			p.updates.versions = append(p.updates.versions, version)
		case known:
			p.inserts.keys = append(p.inserts.keys, key)
			p.inserts.values = append(p.inserts.values, value)
			count(key, 1)
		default:
			p.upserts.keys = append(p.upserts.keys, key)
			p.upserts.values = append(p.upserts.values, value)
		}
	})
	for k, at := range r.points {
		switch {
		case !at.used || written[k]:
		case at.version == 0:
			p.absent = append(p.absent, []byte(k))
		default:
			p.reads.keys = append(p.reads.keys, []byte(k))
			p.reads.versions = append(p.reads.versions, at.version)
		}
	}
	// A deletion that finds no key holds none: another transaction may insert it at once, which must then be the later one
	// in every respect, as if the key had been looked for. A single deletion has no other respects.
	if w.Len() > 1 || len(p.reads.keys)+len(p.absent)+len(p.ranges) > 0 {
		p.absent = append(p.absent, p.removesAny...)
	}
	return p
}

// void tells whether nothing is written: all there was were deletions of what is not there.
func (p *plan) void() bool {
	return len(p.updates.keys)+len(p.inserts.keys)+len(p.upserts.keys)+len(p.removes.keys)+len(p.removesAny) == 0
}

// batch makes the statements of the commit. See the package comment for why this order is right.
func (p *plan) batch(sql *statements, serializable bool) *pgx.Batch {
	b := new(pgx.Batch)
	gaps := len(p.ranges)+len(p.absent) > 0
	if gaps && !serializable {
		alone, shared := p.guards()
		b.Queue(sql.guard, alone)
		if len(shared) > 0 {
			b.Queue(sql.guardShare, shared)
		}
	}
	// One statement takes its locks in the order of the keys. When there are several, a first one locks for all of them.
	if existing := [][][]byte{p.updates.keys, p.removes.keys, p.upserts.keys, p.removesAny}; several(existing) {
		b.Queue(sql.lock, slices.Concat(existing...))
	}
	if u := &p.updates; len(u.keys) > 0 {
		b.Queue(sql.update, u.keys, u.values, u.versions, p.version, len(u.keys))
	}
	if d := &p.removes; len(d.keys) > 0 {
		b.Queue(sql.remove, d.keys, d.versions, len(d.keys))
	}
	if len(p.removesAny) > 0 {
		b.Queue(sql.removeAny, p.removesAny)
	}
	if i := &p.inserts; len(i.keys) > 0 {
		b.Queue(sql.insert, i.keys, i.values, p.version)
	}
	if u := &p.upserts; len(u.keys) > 0 {
		b.Queue(sql.upsert, u.keys, u.values, p.version)
	}
	if r := &p.reads; len(r.keys) > 0 {
		check := sql.share
		if serializable {
			check = sql.same // the server itself sees to it that they stay the same
		}
		b.Queue(check, r.keys, r.versions, len(r.keys))
	}
	if gaps {
		var lower, upper [][]byte
		var n []int64
		for _, s := range p.ranges {
			lower, upper, n = append(lower, s.from), append(upper, s.to), append(n, s.n)
		}
		for _, k := range p.absent {
			lower, upper, n = append(lower, k), append(upper, after(k)), append(n, 0)
		}
		b.Queue(sql.ranges, lower, upper, n)
	}
	if b.Len() == 1 || !serializable {
		return b // a transaction by itself: PostgreSQL ends it when it has run all that came in the message
	}
	all := new(pgx.Batch)
	all.Queue("BEGIN ISOLATION LEVEL SERIALIZABLE")
	all.QueuedQueries = append(all.QueuedQueries, b.QueuedQueries...)
	all.Queue("COMMIT")
	return all
}

func several(lists [][][]byte) bool {
	n := 0
	for _, l := range lists {
		if len(l) > 0 {
			n++
		}
	}
	return n > 1
}

// The guards are rows without a meaning of their own. A transaction that looked for keys that were not there, in a range
// or one by one, holds the guards of these places while it commits. One that did so and inserts keys holds those of
// the keys. So the one waits for the other, or fails, when the keys are in the range.
//
// A range is guarded by the octets that all its keys begin with, cut to one of the lengths in guardLengths, and a key
// by its own beginnings of all these lengths.
const (
	guardCopies  = int64(16) // guards of the empty beginning: a key is held by any one, a range by all
	guardStripes = 256       // guards of one length
	guardKeys    = 256       // guards of single keys
	guards       = guardCopies + int64(len(guardLengths))*guardStripes + guardKeys
)

var guardLengths = [...]int{12, 16, 20, 24, 28, 32, 40, 56}

func hash(b []byte) int64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return int64(h.Sum64() >> 8)
}

func guardOfLength(i int, beginning []byte) int64 {
	return guardCopies + int64(i)*guardStripes + hash(beginning[:guardLengths[i]])%guardStripes
}

func guardOfKey(key []byte) int64 { return guards - guardKeys + hash(key)%guardKeys }

// guards gives those that are to be held alone and those that may be shared.
func (p *plan) guards() (alone, shared []int64) {
	for i := range p.ranges {
		alone = p.ranges[i].guards(alone)
	}
	var copies [guardCopies]int64
	inserted := slices.Concat(p.inserts.keys, p.upserts.keys)
	copied := rand.Int64N(int64(len(copies)))
	for _, k := range inserted {
		alone = append(alone, guardOfKey(k))
		shared = append(shared, copied)
		for i, n := range guardLengths {
			if n <= len(k) {
				shared = append(shared, guardOfLength(i, k))
			}
		}
	}
	for _, k := range p.absent {
		shared = append(shared, guardOfKey(k))
	}
	slices.Sort(alone)
	alone = slices.Compact(alone)
	slices.Sort(shared)
	shared = slices.DeleteFunc(slices.Compact(shared), func(g int64) bool {
		_, found := slices.BinarySearch(alone, g)
		return found
	})
	return alone, shared
}

// guards appends those of the range.
func (s *scanned) guards(to []int64) []int64 {
	var common []byte
	switch {
	case bytes.Equal(store.PrefixEnd(s.from), s.to):
		common = s.from
	case s.to != nil:
		n := 0
		for n < len(s.from) && n < len(s.to) && s.from[n] == s.to[n] {
			n++
		}
		common = s.from[:n]
	}
	for i := len(guardLengths) - 1; i >= 0; i-- {
		if guardLengths[i] <= len(common) {
			return append(to, guardOfLength(i, common))
		}
	}
	for i := range guardCopies {
		to = append(to, i)
	}
	return to
}

// commit writes and checks. A conflict means that nothing was written, and so does any other error that does not wrap
// store.ErrOutcomeUnknown.
func (s *Store) commit(ctx context.Context, r *reader, w *occ.Writes, p *plan) error {
	b := p.batch(&s.sql, s.server.serializable)
	if r.snapshot { // it ends in the same message
		all := new(pgx.Batch)
		all.Queue("COMMIT")
		all.QueuedQueries = append(all.QueuedQueries, b.QueuedQueries...)
		b = all
	}
	if r.conn == nil {
		conn, err := s.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		r.conn = conn // to be given back
	}
	if err := ctx.Err(); err != nil {
		return ended(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.CommitTimeout)
	defer cancel()
	sight := s.newSight()
	notices := r.conn.Conn().PgConn().CustomData()
	delete(notices, warned)
	err := send(ctx, r.conn, b)
	if text, ok := notices[warned]; ok && err == nil {
		return fmt.Errorf("%w: the server warned: %v", store.ErrOutcomeUnknown, text)
	}
	if err != nil && !isRefused(err) {
		return fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, err)
	}
	if err == nil {
		s.learn(r, w, p.version, sight)
	}
	return err
}

// learn puts into the cache what a commit tells: it has seen what it read and what it wrote at one instant.
func (s *Store) learn(r *reader, w *occ.Writes, version, sight int64) {
	w.Each(func(k string, value []byte, del bool) {
		if del {
			s.cache.put(k, nil, 0, sight, true)
		} else {
			s.cache.put(k, value, version, sight, true)
		}
		delete(r.points, k)
	})
	for k, p := range r.points {
		if p.used && p.valued {
			s.cache.put(k, p.value, p.version, sight, true)
		}
	}
}

// send sends all statements in one message and waits for their ends.
func send(ctx context.Context, conn *pgxpool.Conn, b *pgx.Batch) error {
	if b.Len() == 1 {
		_, err := conn.Exec(ctx, b.QueuedQueries[0].SQL, b.QueuedQueries[0].Arguments...)
		return err
	}
	results := conn.SendBatch(ctx, b)
	var err error
	for range b.Len() {
		if _, err = results.Exec(); err != nil {
			break
		}
	}
	if cerr := results.Close(); err == nil {
		err = cerr
	}
	return err
}
