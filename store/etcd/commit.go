package etcd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

// marker is a key of ours that a commit changes, under the condition that it is as the last commit left it. One commit at
// a time uses it. So a commit may be sent again when its answer was lost, for it takes place once at most; and whose
// value the marker holds tells what became of it.
type marker struct {
	key string
	mod int64 // revision of its last change, 0: none yet
}

func (s *Store) takeMarker() *marker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		m := s.free[n-1]
		s.free = s.free[:n-1]
		return m
	}
	s.marked++
	return &marker{key: s.session + strconv.Itoa(s.marked)}
}

// giveMarker gives back a marker of which nothing is under way.
func (s *Store) giveMarker(m *marker, mod int64) {
	m.mod = mod
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, m)
}

// markerValue is different for every commit. It begins with the time, by which leftovers are found.
func (s *Store) markerValue() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 16), uint64(time.Now().Unix()))
	return binary.BigEndian.AppendUint64(b, s.last.Add(1))
}

// Markers older than this are of processes that died. No commit is under way for so long.
const markerLife = 24 * time.Hour

// sweep removes leftover markers. It is no harm if it fails, or removes one in use: then that commit is sent again.
func (s *Store) sweep(ctx context.Context) {
	oldest := time.Now().Add(-markerLife).Unix()
	for from := s.markers; ; {
		resp, err := s.get(ctx, &pb.RangeRequest{Key: []byte(from), RangeEnd: endOf(s.markers), Limit: 1000})
		if err != nil {
			return
		}
		for _, kv := range resp.Kvs {
			from = string(kv.Key) + "\x00"
			if len(kv.Value) < 8 || int64(binary.BigEndian.Uint64(kv.Value)) >= oldest {
				continue
			}
			_, err := s.txn(ctx, &pb.TxnRequest{
				Compare: []*pb.Compare{modIs(string(kv.Key), kv.ModRevision)},
				Success: []*pb.RequestOp{deleteOp(kv.Key)},
			})
			if err != nil {
				return
			}
		}
		if !resp.More {
			return
		}
	}
}

// commit carries out what a transaction wrote, if what it read is unchanged.
func (s *Store) commit(ctx context.Context, sn *snapshot, writes *occ.Writes) (retry bool, err error) {
	// From here on the end of the caller's time does not matter.
	ctx = context.WithoutCancel(ctx)
	m := s.takeMarker()
	value := s.markerValue()
	req := &pb.TxnRequest{
		Compare: append(sn.compares(), modIs(m.key, m.mod)),
		Success: make([]*pb.RequestOp, 0, writes.Len()+2),
	}
	deletes := false
	writes.Each(func(key string, value []byte, del bool) {
		k := make([]byte, 0, len(s.low)+len(key))
		k = append(append(k, s.low...), key...)
		if del {
			deletes = true
			req.Success = append(req.Success, deleteOp(k))
		} else {
			req.Success = append(req.Success, putOp(k, value))
		}
	})
	if deletes {
		req.Success = append(req.Success, putOp([]byte(s.deletions), nil))
	}
	req.Success = append(req.Success, putOp([]byte(m.key), value))
	ops, refreshed := sn.refreshOps()
	req.Failure = append(ops, getOp(m.key))

	lost := false // whether an earlier copy of req may still be under way
	var sent atomic.Int32
	call := append(slices.Clip(s.call), grpc.OnFinish(func(error) { sent.Add(1) }))
	extra := timeFor(writes.Size(), writes.Len())
	deadline := time.Now().Add(s.opts.Patience + extra)
	for n := 0; ; n++ {
		var resp *pb.TxnResponse
		err := s.once(ctx, extra, func(ctx context.Context) (err error) {
			resp, err = s.kv.Txn(ctx, req, call...)
			return err
		})
		lost = lost || sent.Swap(0) > 1 // the client sends again by itself at times
		switch {
		case err == nil && resp.Succeeded:
			s.giveMarker(m, resp.Header.Revision)
			s.learn(sn, writes, resp.Header.Revision)
			return false, nil
		case err == nil:
			mod, mine := markerIs(resp.Responses[len(refreshed)], value)
			if lost && !mine && mod == m.mod {
				// What was read has changed, but it may change back before the lost copy arrives.
				mod, mine, err = s.fence(ctx, m, value)
			}
			if err != nil {
				return false, s.unknown(err)
			}
			s.giveMarker(m, mod)
			if mine {
				s.learn(sn, writes, mod)
				return false, nil
			}
			sn.refresh(refreshed, resp)
			return true, nil
		case errors.Is(err, rpctypes.ErrNoSpace):
			rev, err := s.full(ctx, m, value, lost, err)
			if err == nil {
				s.learn(sn, writes, rev)
			}
			return false, err
		case !transient(err):
			if c := codeOf(err); lost || c == codes.Unknown || c == codes.DataLoss {
				return false, s.unknown(err)
			}
			s.giveMarker(m, m.mod)
			if errors.Is(err, rpctypes.ErrTooManyOps) || errors.Is(err, rpctypes.ErrRequestTooLarge) || codeOf(err) == codes.ResourceExhausted {
				return false, fmt.Errorf("%w: %d keys, %d octets are more than --max-txn-ops or --max-request-bytes of the server allow: %w",
					store.ErrTooLarge, writes.Len(), writes.Size(), err)
			}
			return false, fmt.Errorf("etcd: %w", err)
		}
		if !errors.Is(err, rpctypes.ErrNoLeader) && !errors.Is(err, rpctypes.ErrTooManyRequests) {
			lost = true // these two are said before anything is done
		}
		switch over := time.Now().After(deadline) || s.client.Ctx().Err() != nil; {
		case over && lost:
			return false, s.unknown(err)
		case over:
			s.giveMarker(m, m.mod)
			return false, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		pause(ctx, n)
	}
}

// markerIs gives the revision of a marker that was read, and whether it holds value.
func markerIs(op *pb.ResponseOp, value []byte) (mod int64, mine bool) {
	kvs := op.GetResponseRange().GetKvs()
	if len(kvs) == 0 {
		return 0, false
	}
	return kvs[0].ModRevision, bytes.Equal(kvs[0].Value, value)
}

// fence changes the marker, so that a copy of a commit that is still under way comes to nothing, or finds that the
// commit with value has taken place.
func (s *Store) fence(ctx context.Context, m *marker, value []byte) (mod int64, mine bool, err error) {
	resp, err := s.txn(ctx, &pb.TxnRequest{
		Compare: []*pb.Compare{modIs(m.key, m.mod)},
		Success: []*pb.RequestOp{putOp([]byte(m.key), s.markerValue())},
		Failure: []*pb.RequestOp{getOp(m.key)},
	})
	if err != nil {
		return 0, false, err
	}
	if resp.Succeeded {
		return resp.Header.Revision, false, nil
	}
	mod, mine = markerIs(resp.Responses[0], value)
	return mod, mine, nil
}

// full finds out what became of a commit to which the server said that its space is used up: it says so before a
// commit, but also after one. It gives the revision of the commit.
func (s *Store) full(ctx context.Context, m *marker, value []byte, lost bool, cause error) (rev int64, err error) {
	resp, err := s.txn(ctx, &pb.TxnRequest{Success: []*pb.RequestOp{getOp(m.key)}})
	if err != nil {
		return 0, s.unknown(err)
	}
	mod, mine := markerIs(resp.Responses[0], value)
	if !mine && lost {
		return 0, s.unknown(cause)
	}
	s.giveMarker(m, mod)
	if mine {
		return mod, nil
	}
	return 0, fmt.Errorf("etcd: %w", cause)
}

func (s *Store) unknown(err error) error {
	s.opts.Logger.Warn("outcome of a commit unknown", "err", err)
	return fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, err)
}

// learn puts into the cache what a commit at revision rev tells.
func (s *Store) learn(sn *snapshot, writes *occ.Writes, rev int64) {
	writes.Each(func(key string, value []byte, del bool) {
		k, mod := s.low+key, rev
		if del {
			value, mod = nil, 0
		}
		s.cache.put(k, value, mod, rev, true)
		delete(sn.points, k)
	})
	for k, p := range sn.points {
		if p.kept {
			s.cache.put(k, p.value, p.mod, rev, true)
		}
	}
}

// The parts of a transaction.

func modIs(key string, mod int64) *pb.Compare {
	return &pb.Compare{
		Key: []byte(key), Target: pb.Compare_MOD, Result: pb.Compare_EQUAL,
		TargetUnion: &pb.Compare_ModRevision{ModRevision: mod},
	}
}

func modAtMost(key string, mod int64) *pb.Compare {
	return &pb.Compare{
		Key: []byte(key), Target: pb.Compare_MOD, Result: pb.Compare_LESS,
		TargetUnion: &pb.Compare_ModRevision{ModRevision: mod + 1},
	}
}

// unchanged says that no key from <= k < to was written after rev. It does not see keys that were deleted.
func unchanged(from, to string, rev int64) *pb.Compare {
	c := modAtMost(from, rev)
	c.RangeEnd = []byte(to)
	return c
}

func getOp(key string) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestRange{RequestRange: &pb.RangeRequest{Key: []byte(key)}}}
}

func putOp(key, value []byte) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{Key: key, Value: value}}}
}

func deleteOp(key []byte) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{RequestDeleteRange: &pb.DeleteRangeRequest{Key: key}}}
}

// endOf gives the first key that does not begin with prefix, whose last octet is not 0xff.
func endOf(prefix string) []byte {
	end := []byte(prefix)
	end[len(end)-1]++
	return end
}
