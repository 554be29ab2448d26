package etcd

import (
	"context"
	"errors"
	"fmt"
	"iter"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/scefkit/scefkit/store"
)

// Bounds of what a transaction notes of its reads. Above them the notes become coarse.
const (
	maxNotes      = 1 << 14
	maxNoteOctets = 1 << 20
)

// Bounds of what a refused transaction brings back of the keys that it had read.
const maxRefresh = 64

// snapshot reads the state of one revision. For an Update it notes what was read.
//
// It begins without a revision and takes what the cache knows, as long as there are revisions, from low to high, at which
// all of it is true. The first read of the cluster finds out in the same request whether it is still true, and thereby
// what the revision of the snapshot is.
type snapshot struct {
	s      *Store
	ctx    context.Context //nolint:containedctx // of the View or Update, whose Reader has none
	update bool
	first  bool // has doubts about shared records

	rev       int64 // 0: not yet known
	low, high int64 // while rev is 0
	doubtful  bool  // what was taken from the cache is worth a look before the commit

	points map[string]point
	spans  []*span
	notes  int
	octets int
	coarse *span // replaces points and spans when they became too many

	again    bool  // what was read is not of one state; the transaction must be run again
	err      error // of the first read that failed
	released bool
}

// point is a key that was read.
type point struct {
	mod   int64 // revision at which it was written; 0: there was none
	value []byte
	kept  bool // value is kept, and may be given again
}

// span is a range of etcd's keys, from <= k < to, that was read, with the keys that were found.
type span struct {
	from, to string
	found    []found
}

type found struct {
	key string
	mod int64
}

var (
	errReleased = errors.New("etcd: a reader was used after its function had returned")
	errAgain    = errors.New("etcd: the transaction runs again")
)

// Release ends the use of the snapshot.
func (sn *snapshot) Release() { sn.released = true }

// Get implements store.Reader.
func (sn *snapshot) Get(key []byte) ([]byte, error) {
	switch {
	case sn.released:
		return nil, errReleased
	case len(key) == 0 || len(key) > store.MaxKey:
		return nil, nil // no such key can be there
	}
	k := sn.s.low + string(key)
	if p, ok := sn.points[k]; ok && p.kept {
		return p.value, nil
	}
	if r := sn.s.cache.Get(k); r != nil && sn.fits(r) {
		if sn.rev == 0 {
			sn.low, sn.high = max(sn.low, r.since()), min(sn.high, r.known)
			sn.doubtful = sn.doubtful || sn.first && r.shared
		}
		return r.value, sn.note(k, point{r.mod, r.value, true})
	}
	resp, err := sn.read(&pb.RangeRequest{Key: []byte(k)})
	if err != nil {
		return nil, err
	}
	var p point
	if len(resp.Kvs) > 0 {
		p.mod, p.value = resp.Kvs[0].ModRevision, notNil(resp.Kvs[0].Value)
	}
	p.kept = len(p.value) <= cacheMax
	sn.s.cache.put(k, p.value, p.mod, sn.rev, false)
	return p.value, sn.note(k, p)
}

// fits reports whether a record is true in the state that the snapshot reads, or may read.
func (sn *snapshot) fits(r *record) bool {
	if sn.rev > 0 {
		return r.since() <= sn.rev && sn.rev <= r.known
	}
	return sn.update && max(sn.low, r.since()) <= min(sn.high, r.known)
}

// read asks the cluster at the revision of the snapshot, and settles it if need be.
func (sn *snapshot) read(req *pb.RangeRequest) (*pb.RangeResponse, error) {
	switch {
	case sn.again:
		return nil, errAgain
	case sn.rev == 0 && len(sn.points) > 0:
		return sn.confirm(req)
	case sn.rev == 0:
		resp, err := sn.s.get(sn.ctx, req)
		if err != nil {
			return nil, sn.fail(err)
		}
		sn.rev = resp.Header.Revision
		return resp, nil
	}
	// A member that has the revision needs nobody's leave to read it. One that lags behind must catch up first.
	req.Revision, req.Serializable = sn.rev, true
	resp, err := sn.s.get(sn.ctx, req)
	if errors.Is(err, rpctypes.ErrFutureRev) {
		req.Serializable = false
		resp, err = sn.s.get(sn.ctx, req)
	}
	if errors.Is(err, rpctypes.ErrCompacted) {
		if sn.update {
			sn.again = true
			return nil, errAgain
		}
		err = fmt.Errorf("%w: %w", ErrCompacted, err)
	}
	if err != nil {
		return nil, sn.fail(err)
	}
	return resp, nil
}

func (sn *snapshot) fail(err error) error {
	if sn.err == nil {
		sn.err = err
	}
	return err
}

// settle makes sure that what was taken from the cache is true now.
func (sn *snapshot) settle() error {
	if sn.rev > 0 || len(sn.points) == 0 {
		return nil
	}
	_, err := sn.confirm(nil)
	return err
}

// confirm compares what was taken from the cache with the present state and reads req, if it is not nil, in one step.
func (sn *snapshot) confirm(req *pb.RangeRequest) (*pb.RangeResponse, error) {
	txn := &pb.TxnRequest{Compare: sn.pointCompares(nil)}
	if req != nil {
		txn.Success = []*pb.RequestOp{{Request: &pb.RequestOp_RequestRange{RequestRange: req}}}
	}
	var refreshed []string
	txn.Failure, refreshed = sn.refreshOps()
	resp, err := sn.s.txn(sn.ctx, txn)
	if err != nil {
		return nil, sn.fail(err)
	}
	if !resp.Succeeded {
		sn.again = true
		sn.refresh(refreshed, resp)
		return nil, errAgain
	}
	sn.rev = resp.Header.Revision
	for k, p := range sn.points {
		sn.s.cache.put(k, p.value, p.mod, sn.rev, false)
	}
	if req == nil {
		return nil, nil
	}
	return resp.Responses[0].GetResponseRange(), nil
}

// refreshOps gives the reads that a transaction makes when it is refused, so that the next attempt needs none.
func (sn *snapshot) refreshOps() (ops []*pb.RequestOp, keys []string) {
	for k, p := range sn.points {
		if len(ops) == maxRefresh {
			break
		}
		if p.kept {
			ops, keys = append(ops, getOp(k)), append(keys, k)
		}
	}
	return ops, keys
}

// refresh puts into the cache what a refused transaction brought, and drops what it did not.
func (sn *snapshot) refresh(keys []string, resp *pb.TxnResponse) {
	fresh := make(map[string]bool, len(keys))
	for i, k := range keys {
		fresh[k] = true
		if kvs := resp.Responses[i].GetResponseRange().GetKvs(); len(kvs) > 0 {
			sn.s.cache.put(k, notNil(kvs[0].Value), kvs[0].ModRevision, resp.Header.Revision, false)
		} else {
			sn.s.cache.put(k, nil, 0, resp.Header.Revision, false)
		}
	}
	for k := range sn.points {
		if !fresh[k] {
			sn.s.cache.Drop(k)
		}
	}
}

// compares gives the conditions under which all that was read would be read again.
func (sn *snapshot) compares() []*pb.Compare {
	if c := sn.coarse; c != nil {
		return []*pb.Compare{unchanged(c.from, c.to, sn.rev), modAtMost(sn.s.deletions, sn.rev)}
	}
	cs := make([]*pb.Compare, 0, sn.notes+1)
	cs = sn.pointCompares(cs)
	for _, sp := range sn.spans {
		if sp.from < sp.to {
			cs = append(cs, unchanged(sp.from, sp.to, sn.rev)) // nothing came and nothing was changed,
		}
		for _, f := range sp.found {
			cs = append(cs, modIs(f.key, f.mod)) // and nothing went
		}
	}
	return cs
}

func (sn *snapshot) pointCompares(cs []*pb.Compare) []*pb.Compare {
	for k, p := range sn.points {
		cs = append(cs, modIs(k, p.mod))
	}
	return cs
}

// note notes a key that was read.
func (sn *snapshot) note(key string, p point) error {
	if !sn.update {
		return nil
	}
	if c := sn.coarse; c != nil {
		c.cover(key, key+"\x00")
		return nil
	}
	if sn.points == nil {
		sn.points = make(map[string]point)
	}
	sn.points[key] = p
	return sn.weigh(len(key))
}

// weigh counts one more note, and makes all of them coarse if they are too many: one range that holds everything that
// was read. It is unchanged if none of its keys was written, and if no transaction has deleted any key at all. That
// refuses more than it must, but it takes little room.
func (sn *snapshot) weigh(octets int) error {
	sn.notes++
	sn.octets += octets
	if sn.notes <= sn.s.maxNotes && sn.octets <= maxNoteOctets {
		return nil
	}
	if err := sn.settle(); err != nil {
		return err
	}
	c := &span{from: sn.s.high, to: sn.s.low}
	for k := range sn.points {
		c.cover(k, k+"\x00")
	}
	for _, sp := range sn.spans {
		c.cover(sp.from, sp.to)
		sp.found = nil
	}
	sn.coarse, sn.points, sn.spans = c, nil, nil
	return nil
}

// cover makes the span hold another one.
func (sp *span) cover(from, to string) {
	sp.from, sp.to = min(sp.from, from), max(sp.to, to)
}

// Pages of a scan have at least minPage keys; they grow until they have pageOctets.
const (
	minPage    = 8
	maxPage    = 1 << 12
	pageOctets = 256 << 10
)

// Scan implements store.Reader. It reads page by page.
func (sn *snapshot) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	low, high := sn.s.low+string(from), sn.s.high
	if len(to) > 0 {
		high = sn.s.low + string(to)
	}
	return func(yield func(store.Pair, error) bool) {
		switch {
		case sn.released:
			yield(store.Pair{}, errReleased)
			return
		case low >= high:
			return
		}
		seen := &span{from: low, to: high}
		if sn.update && sn.coarse == nil {
			sn.spans = append(sn.spans, seen)
			if err := sn.weigh(len(low) + len(high)); err != nil {
				yield(store.Pair{}, err)
				return
			}
		}
		if sn.coarse != nil {
			sn.coarse.cover(low, high)
		}
		rest := span{from: low, to: high}
		for limit := int64(minPage); rest.from < rest.to; {
			req := &pb.RangeRequest{Key: []byte(rest.from), RangeEnd: []byte(rest.to), Limit: limit}
			if reverse {
				req.SortOrder, req.SortTarget = pb.RangeRequest_DESCEND, pb.RangeRequest_KEY
			}
			resp, err := sn.read(req)
			if err != nil {
				yield(store.Pair{}, err)
				return
			}
			size := 0
			for _, kv := range resp.Kvs {
				size += len(kv.Key) + len(kv.Value)
				k := string(kv.Key)
				if sn.update && sn.coarse == nil {
					seen.found = append(seen.found, found{k, kv.ModRevision})
					if err := sn.weigh(len(k)); err != nil {
						yield(store.Pair{}, err)
						return
					}
				}
				key := kv.Key[len(sn.s.low):]
				if !yield(store.Pair{Key: key[:len(key):len(key)], Value: notNil(kv.Value)}, nil) {
					// The range beyond was not looked at.
					if reverse {
						seen.from = k
					} else {
						seen.to = k + "\x00"
					}
					return
				}
				if reverse {
					rest.to = k
				} else {
					rest.from = k + "\x00"
				}
			}
			if !resp.More {
				return
			}
			switch {
			case size < pageOctets/4:
				limit = min(4*limit, maxPage)
			case size > pageOctets:
				limit = max(limit*pageOctets/int64(size), 1)
			}
		}
	}
}

func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
