package policy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// Limit bounds the requests of one SCS/AS; a member that is zero does not.
type Limit struct {
	// PerSecond is how many requests may come in a second for long; Burst how many at once, 0 means one second's worth
	// and at least 1.
	PerSecond float64 `json:"perSecond,omitempty"`
	Burst     int     `json:"burst,omitempty"`
	// Quota is how many requests may come in each Period, which begins when the count does; the default is 24 h.
	Quota  int64         `json:"quota,omitempty"`
	Period time.Duration `json:"period,omitempty"`
}

func (l Limit) validate() error {
	if l.PerSecond < 0 || math.IsNaN(l.PerSecond) || l.Burst < 0 || l.Quota < 0 || l.Period < 0 {
		return errors.New("a negative number")
	}
	if l.Burst > 0 && l.PerSecond == 0 {
		return fmt.Errorf("burst without perSecond")
	}
	return nil
}

// Limits is the [Limiter] of fixed limits: a token bucket for the rate and a count for the quota of each SCS/AS. Both are in
// memory and of this process; a quota that must outlast it or hold for several nodes needs a Limiter of its own.
type Limits struct {
	of    map[id.SCSASID]Limit
	other Limit

	mu     sync.Mutex
	meters map[id.SCSASID]*meter // guarded by mu
}

type meter struct {
	limit Limit
	rate  *rate.Limiter // nil: none
	used  int64         // of the quota; guarded by Limits.mu, as the next
	ends  time.Time     // of the period
}

var _ Limiter = (*Limits)(nil)

// NewLimits returns limits by SCS/AS; those that are not in the map have the limit other, each for itself.
func NewLimits(of map[id.SCSASID]Limit, other Limit) *Limits {
	return &Limits{of: of, other: other, meters: map[id.SCSASID]*meter{}}
}

// Admit implements [Limiter].
func (l *Limits) Admit(_ context.Context, scsas id.SCSASID, _ Operation) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.meters[scsas]
	if m == nil {
		m = l.newMeter(scsas)
		l.meters[scsas] = m
	}
	now := time.Now()
	if m.limit.Quota > 0 {
		if !now.Before(m.ends) {
			m.used, m.ends = 0, now.Add(m.limit.Period)
		}
		if m.used >= m.limit.Quota {
			return &fault.Error{Op: "policy.Admit", Code: fault.QuotaExceeded, Detail: "the quota of requests is used up", RetryAt: m.ends}
		}
	}
	if m.rate != nil {
		r := m.rate.ReserveN(now, 1)
		if wait := r.DelayFrom(now); wait > 0 {
			r.CancelAt(now)
			return &fault.Error{Op: "policy.Admit", Code: fault.RateLimited, Detail: "too many requests", RetryAt: now.Add(wait)}
		}
	}
	m.used++
	return nil
}

func (l *Limits) newMeter(scsas id.SCSASID) *meter {
	limit, ok := l.of[scsas]
	if !ok {
		limit = l.other
	}
	if limit.Period <= 0 {
		limit.Period = 24 * time.Hour
	}
	m := &meter{limit: limit}
	if limit.PerSecond > 0 {
		burst := limit.Burst
		if burst == 0 {
			burst = max(1, int(min(limit.PerSecond, math.MaxInt32)))
		}
		m.rate = rate.NewLimiter(rate.Limit(limit.PerSecond), burst)
	}
	return m
}
