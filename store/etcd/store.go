package etcd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

// What the servers must allow, so that no transaction within the limits of package store is refused.
const (
	MinTxnOps       = 1 << 16  // of the server flag --max-txn-ops
	MinRequestBytes = 16 << 20 // of the server flag --max-request-bytes, in octets
)

var (
	// ErrServerLimits is wrapped by Open and New when a server allows less than [MinTxnOps] or [MinRequestBytes].
	ErrServerLimits = errors.New("etcd: the server needs --max-txn-ops=65536 and --max-request-bytes=16777216")
	// ErrCompacted is wrapped when a View took so long that etcd gave up the state it reads. It may be run again.
	ErrCompacted = errors.New("etcd: the state that a View reads has been compacted")
	// ErrUnavailable is wrapped when the cluster did not answer within Options.Patience. Nothing was written. It wraps
	// store.ErrUnavailable.
	ErrUnavailable = fmt.Errorf("%w: etcd: the cluster does not answer", store.ErrUnavailable)
)

// Options are the optional parts of a Store.
type Options struct {
	// Prefix begins all keys of the Store in etcd. Several Stores that have the same prefix hold the same data; different
	// prefixes never meet. At most 48 octets, none below 0x20. Empty means "scefkit/".
	Prefix string
	// RequestTimeout is how long a member may take for one request before another one is asked. Zero means 3 s, the
	// least is 10 ms. A leader that dies takes requests with it that nobody answers; where a store.Cluster is in the Store,
	// a quarter of its lease leaves time to ask again.
	RequestTimeout time.Duration
	// Patience is how long a request is tried again while the cluster gives no answer, as during the election of a leader.
	// Zero means 20 s; it must not be below RequestTimeout.
	Patience time.Duration
	// CacheRecords is the number of records with values up to 1 KiB that are remembered, so that an Update of what was read
	// or written lately needs one round trip only. Zero means 65,536, which takes some 30 MB when records have 300 octets;
	// a negative number means none.
	CacheRecords int
	// Logger gets Warn when an answer to a commit was lost, or a request failed for good. Keys and values are never logged.
	// Nil means slog.DiscardHandler.
	Logger *slog.Logger

	unchecked bool // for tests, which open many: the limits of the server are not checked
}

const maxPrefix = 48

func (o *Options) check() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Prefix == "" {
		c.Prefix = "scefkit/"
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = 3 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = max(20*time.Second, c.RequestTimeout)
	}
	if c.CacheRecords == 0 {
		c.CacheRecords = 1 << 16
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var errs []error
	if len(c.Prefix) > maxPrefix {
		errs = append(errs, fmt.Errorf("etcd: Prefix of %d octets is above %d", len(c.Prefix), maxPrefix))
	}
	if strings.ContainsFunc(c.Prefix, func(r rune) bool { return r < 0x20 }) {
		errs = append(errs, errors.New("etcd: Prefix has octets below 0x20"))
	}
	if c.RequestTimeout < 10*time.Millisecond {
		errs = append(errs, fmt.Errorf("etcd: RequestTimeout %v is below 10 ms", c.RequestTimeout))
	}
	if c.Patience < c.RequestTimeout {
		errs = append(errs, fmt.Errorf("etcd: Patience %v is below RequestTimeout %v", c.Patience, c.RequestTimeout))
	}
	return c, errors.Join(errs...)
}

// Behind the prefix, one octet tells whether a key is our own or the user's. No prefix holds such an octet, so a prefix
// that begins with another one is no harm.
const (
	ownSpace  = "\x00"
	userSpace = "\x01"
	userEnd   = "\x02"
)

// format is the version of how this package lays out its data. It changes only when an older program could no longer
// work beside a newer one.
const format = 1

// Store is a store.Store in an etcd cluster. It is safe for concurrent use, and any number of them, in any number of
// processes, may work on one prefix.
type Store struct {
	client   *clientv3.Client
	kv       pb.KVClient
	call     []grpc.CallOption
	opts     Options
	cache    cache
	gate     occ.Gate
	maxNotes int
	turn     chan struct{} // holds one token while a transaction that conflicted often is under way
	close    func() error

	low, high string // all keys of the user
	deletions string // the key that every transaction with a Delete writes; see snapshot.coarse
	formatKey string
	markers   string // begins the keys of all markers
	session   string // begins those of this Store

	mu     sync.Mutex
	free   []*marker // guarded by mu
	marked int       // guarded by mu: markers made
	last   atomic.Uint64
}

var _ store.Store = (*Store)(nil)

var rules = occ.Rules{MaxKey: store.MaxKey, MaxValue: store.MaxValue, MaxTx: store.MaxTx, TooLarge: store.ErrTooLarge}

// Open connects to the cluster that cfg describes; Close ends the connection. Fields of cfg that are zero get values
// that make a dead connection show within seconds. opts may be nil. It waits for an answer of the cluster, at most until
// ctx ends or Options.Patience has passed.
func Open(ctx context.Context, cfg clientv3.Config, opts *Options) (*Store, error) {
	if cfg.DialKeepAliveTime == 0 {
		cfg.DialKeepAliveTime = 5 * time.Second // servers refuse shorter ones
	}
	if cfg.DialKeepAliveTimeout == 0 {
		cfg.DialKeepAliveTimeout = 3 * time.Second
	}
	if cfg.Logger == nil && cfg.LogConfig == nil {
		cfg.Logger = zap.NewNop() // errors are returned
	}
	client, err := clientv3.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	s, err := New(ctx, client, opts)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	shut := s.close
	s.close = sync.OnceValue(func() error {
		if err := errors.Join(shut(), client.Close()); err != nil {
			return fmt.Errorf("etcd: closing: %w", err)
		}
		return nil
	})
	return s, nil
}

// New returns a Store that works through client, which must stay open as long. opts may be nil. It asks the cluster
// whether its limits suffice, as Open does.
func New(ctx context.Context, client *clientv3.Client, opts *Options) (*Store, error) {
	o, err := opts.check()
	if err != nil {
		return nil, err
	}
	own := o.Prefix + ownSpace
	s := &Store{
		client: client,
		kv:     pb.NewKVClient(client.ActiveConnection()),
		call: []grpc.CallOption{
			grpc.WaitForReady(true),
			grpc.MaxCallSendMsgSize(math.MaxInt32),
			grpc.MaxCallRecvMsgSize(math.MaxInt32),
		},
		opts:      o,
		cache:     newCache(o.CacheRecords),
		maxNotes:  maxNotes,
		turn:      make(chan struct{}, 1),
		low:       o.Prefix + userSpace,
		high:      o.Prefix + userEnd,
		deletions: own + "deletions",
		formatKey: own + "format",
		markers:   own + "marker/",
	}
	s.session = s.markers + rand.Text()[:12] + "/"
	s.close = sync.OnceValue(func() error { s.shut(); return nil })
	if err := s.checkFormat(ctx); err != nil {
		return nil, err
	}
	if !o.unchecked {
		if err := s.checkLimits(ctx); err != nil {
			return nil, err
		}
	}
	s.sweep(ctx)
	return s, nil
}

// checkLimits sends a transaction of the size that must be allowed. It lacks its keys, for which the server refuses it
// after it has looked at the limits.
func (s *Store) checkLimits(ctx context.Context) error {
	const overhead = 512 << 10 // what the server allows for a message above the limit for a request
	req := &pb.TxnRequest{Compare: make([]*pb.Compare, MinTxnOps)}
	for i := range req.Compare {
		req.Compare[i] = &pb.Compare{}
	}
	padding := make([]byte, MinRequestBytes+overhead-2*MinTxnOps-1024)
	req.Compare[0].TargetUnion = &pb.Compare_Value{Value: padding}
	err := s.do(ctx, timeFor(MinRequestBytes, MinTxnOps), func(ctx context.Context) error {
		_, err := s.kv.Txn(ctx, req, s.call...)
		return err
	})
	switch {
	case errors.Is(err, rpctypes.ErrEmptyKey):
		return nil
	case errors.Is(err, rpctypes.ErrTooManyOps), errors.Is(err, rpctypes.ErrRequestTooLarge), codeOf(err) == codes.ResourceExhausted:
		return fmt.Errorf("%w: %w", ErrServerLimits, err)
	case err == nil:
		return errors.New("etcd: a transaction without keys was not refused; is this etcd?")
	}
	return err
}

func (s *Store) checkFormat(ctx context.Context) error {
	key := []byte(s.formatKey)
	resp, err := s.txn(ctx, &pb.TxnRequest{
		Compare: []*pb.Compare{modIs(s.formatKey, 0)},
		Failure: []*pb.RequestOp{getOp(s.formatKey)},
	})
	if err != nil {
		return err
	}
	if resp.Succeeded { // the first Store of this prefix
		req := &pb.TxnRequest{
			Compare: []*pb.Compare{modIs(s.formatKey, 0)},
			Success: []*pb.RequestOp{putOp(key, binary.BigEndian.AppendUint32(nil, format))},
			Failure: []*pb.RequestOp{getOp(s.formatKey)},
		}
		if resp, err = s.txn(ctx, req); err != nil || resp.Succeeded {
			return err
		}
	}
	kvs := resp.Responses[0].GetResponseRange().GetKvs()
	if len(kvs) != 1 || len(kvs[0].Value) != 4 {
		return fmt.Errorf("etcd: the prefix %q holds data of another program", s.opts.Prefix)
	}
	if got := binary.BigEndian.Uint32(kvs[0].Value); got > format {
		return fmt.Errorf("etcd: written by a newer program (format %d; this one knows up to %d)", got, format)
	}
	return nil
}

// View implements store.Store. It waits for no other transaction. Every Get and every page of a Scan is a round trip.
// The states of etcd do not last: see [ErrCompacted].
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	r := &snapshot{s: s, ctx: ctx}
	defer r.Release()
	return fn(r)
}

// Attempts after which a transaction waits for its turn among those of this Store that conflicted often.
const attempts = 3

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		if attempt == attempts {
			select {
			case s.turn <- struct{}{}:
				defer func() { <-s.turn }()
			case <-ctx.Done():
				continue
			}
		}
		if attempt > 1 {
			pause(ctx, attempt)
		}
		if retry, err := s.try(ctx, fn, attempt == 0); !retry {
			return err
		}
	}
}

// try runs fn once. In the first attempt, what the cache knows of keys that others write is looked at before the commit.
func (s *Store) try(ctx context.Context, fn func(store.Tx) error, first bool) (retry bool, err error) {
	sn := &snapshot{s: s, ctx: ctx, update: true, first: first, high: math.MaxInt64}
	defer sn.Release()
	tx := occ.NewTx(sn, &rules)
	err = fn(tx)
	writes, refused := tx.Writes(), tx.Failed()
	if err == nil && refused != nil {
		err = refused
	}
	if err == nil && sn.err != nil && !sn.again {
		err = sn.err // what could not be read cannot be validated
	}
	if !sn.again && sn.err == nil && (err != nil || writes.Len() == 0 || sn.doubtful) {
		// If nothing is written, what fn went by must have been true at some time since Update was called. Where others
		// write, too, a look costs less than a commit that fails.
		if serr := sn.settle(); serr != nil && !sn.again {
			return false, serr
		}
	}
	switch {
	case sn.again:
		return true, nil
	case err != nil:
		return false, err
	case writes.Len() == 0:
	case ctx.Err() != nil:
		return false, fmt.Errorf("store: %w", ctx.Err())
	default:
		retry, err = s.commit(ctx, sn, writes)
	}
	if !retry && err == nil {
		tx.Committed()
	}
	return retry, err
}

// Close implements store.Store. A Store made by New leaves its client open.
func (s *Store) Close() error { return s.close() }

// shut waits for the transactions under way and removes the markers, if the cluster answers at once.
func (s *Store) shut() {
	s.gate.Close()
	s.mu.Lock()
	marked := s.marked
	s.mu.Unlock()
	if marked == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), min(2*time.Second, s.opts.RequestTimeout))
	defer cancel()
	_, err := s.kv.DeleteRange(ctx, &pb.DeleteRangeRequest{Key: []byte(s.session), RangeEnd: endOf(s.session)}, s.call...)
	if err != nil {
		s.opts.Logger.Warn("markers are left", "err", err)
	}
}

// do runs a request that may be sent several times until it is answered. It asks for members that know a leader: one
// that was cut off refuses at once. A large request gets extra time.
func (s *Store) do(ctx context.Context, extra time.Duration, request func(context.Context) error) error {
	deadline := time.Now().Add(s.opts.Patience + extra)
	for n := 0; ; n++ {
		err := s.once(ctx, extra, request)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("store: %w", ctx.Err())
		case s.client.Ctx().Err() != nil:
			return fmt.Errorf("%w: the client was closed", store.ErrClosed)
		case !transient(err):
			return fmt.Errorf("etcd: %w", err)
		case time.Now().After(deadline):
			s.opts.Logger.Warn("no answer", "err", err)
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		pause(ctx, n)
	}
}

func (s *Store) once(ctx context.Context, extra time.Duration, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.RequestTimeout+extra)
	defer cancel()
	err := request(clientv3.WithRequireLeader(ctx))
	ended := clientv3.ContextError(ctx, err)
	if errors.Is(ended, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s", ended, status.Convert(err).Message()) // why there was no connection, as a wrong certificate
	}
	return ended
}

// timeFor gives the time that a request takes for its size alone, with slow disks and networks.
func timeFor(octets, keys int) time.Duration {
	return time.Duration(octets>>20+keys>>13) * time.Second
}

// txn runs a transaction that may be run several times.
func (s *Store) txn(ctx context.Context, req *pb.TxnRequest) (resp *pb.TxnResponse, err error) {
	err = s.do(ctx, 0, func(ctx context.Context) (err error) {
		resp, err = s.kv.Txn(ctx, req, s.call...)
		return err
	})
	return resp, err
}

func (s *Store) get(ctx context.Context, req *pb.RangeRequest) (resp *pb.RangeResponse, err error) {
	err = s.do(ctx, 0, func(ctx context.Context) (err error) {
		resp, err = s.kv.Range(ctx, req, s.call...)
		return err
	})
	return resp, err
}

// codeOf gives the code of an error of etcd or of the connection.
func codeOf(err error) codes.Code {
	if e, ok := errors.AsType[rpctypes.EtcdError](err); ok {
		return e.Code()
	}
	return status.Code(err)
}

var errLearner = rpctypes.Error(rpctypes.ErrGRPCNotSupportedForLearner) // of a member that does not vote yet

// transient reports whether asking again, perhaps another member, may help. The request may have been carried out.
func transient(err error) bool {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return true // the time of one request; that of the caller is looked at before
	case errors.Is(err, rpctypes.ErrTooManyRequests), errors.Is(err, errLearner):
		return true
	}
	switch codeOf(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Aborted, codes.Internal: // the last: broken streams
		return true
	}
	return false
}
