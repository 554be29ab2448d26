package pebble

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
)

// stall makes Updates wait, before they begin, while the engine is behind with what it has to write: too many tables wait
// to be written or too many lie unmerged. Left to itself the engine would hold the commit that meets its limit, and
// with it the commit lock, for as long as it takes. Its own limits are twice as high and are the last resort.
type stall struct {
	metrics  func() *engine.Metrics
	bound    uint64 // octets of tables in memory
	step     int64  // octets written between two looks
	patience time.Duration
	log      *slog.Logger

	written atomic.Int64 // octets since the last look that found nothing

	mu     sync.Mutex
	looked time.Time // guarded by mu; the last look
	behind bool      // guarded by mu; what it found
	since  time.Time // guarded by mu; when it was found first
}

const (
	maxMemTables = 4
	maxLevel0    = 12 // tables one above another in level 0
	// lookAgain is the time between two looks at an engine that is behind.
	lookAgain = 10 * time.Millisecond
)

func newStall(db *engine.DB, memTable int64, patience time.Duration, log *slog.Logger) *stall {
	return &stall{
		metrics: db.Metrics, bound: maxMemTables * uint64(memTable), step: max(memTable/8, 1), patience: patience, log: log,
	}
}

// wait returns when the engine keeps up, or with an error when ctx ends or the patience does.
func (s *stall) wait(ctx context.Context) error {
	if s.written.Load() < s.step || !s.look() {
		return nil
	}
	patience := time.NewTimer(s.patience)
	defer patience.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if !s.look() {
				return nil
			}
		case <-patience.C:
			return fmt.Errorf("%w for %v", ErrStalled, s.patience)
		case <-ctx.Done():
			return fmt.Errorf("store: %w", ctx.Err())
		}
	}
}

// look tells whether the engine is behind.
func (s *stall) look() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behind && time.Since(s.looked) < lookAgain/2 {
		return true // somebody else has just looked
	}
	m := s.metrics()
	s.looked = time.Now()
	behind := m.MemTable.Size >= s.bound || m.Levels[0].Sublevels >= maxLevel0
	switch {
	case behind && !s.behind:
		s.since = s.looked
		s.log.Warn("commits wait: the disk does not keep up", "inMemory", m.MemTable.Size, "level0", m.Levels[0].Sublevels)
	case !behind && s.behind:
		s.log.Warn("commits go on", "after", s.looked.Sub(s.since))
	}
	if s.behind = behind; !behind {
		s.written.Store(0)
	}
	return behind
}
