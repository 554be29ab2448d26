package nidd

import (
	"context"
	"errors"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
)

// fire serves a timer of the store.
func (p *Procedure) fire(ctx context.Context, timer []byte, due time.Time) error {
	kind, rest := timer[0], timer[1:]
	switch kind {
	case timerUE:
		return p.fireUE(ctx, id.IMSI(rest), due)
	case timerConfig:
		return p.fireConfig(ctx, rest)
	case timerGroup:
		return p.fireGroup(ctx, timer, due)
	case timerGroupDelivery:
		return p.fireGroupDelivery(ctx, timer, due)
	case timerOutcome:
		return p.Store.Update(ctx, func(tx store.Tx) error {
			if fires, err := p.timers.Fires(tx, timer, due); !fires || err != nil {
				return err
			}
			if err := p.timers.Cancel(tx, timer); err != nil {
				return err
			}
			return tx.Delete(rest)
		})
	}
	return fault.New("nidd.fire", fault.Internal, "a timer of an unknown kind")
}

// fireUE puts the timer off and queues the UE, so that a serving node which does not answer holds up no timers.
func (p *Procedure) fireUE(ctx context.Context, ue id.IMSI, due time.Time) error {
	host, fires := "", false
	err := p.Store.Update(ctx, func(tx store.Tx) (err error) {
		if fires, err = p.timers.Fires(tx, ueTimer(ue), due); !fires || err != nil {
			return err
		}
		u, err := getUE(tx, ue)
		if err != nil {
			return err
		}
		if u == nil {
			return p.timers.Cancel(tx, ueTimer(ue))
		}
		host = servingHost(u)
		return p.timers.Set(tx, ueTimer(ue), time.Now().Add(recovery))
	})
	if err != nil || !fires {
		return err
	}
	p.serveSoon(host, ue, false)
	return nil
}

// fireConfig ends a configuration whose duration or grant has passed.
func (p *Procedure) fireConfig(ctx context.Context, timer []byte) error {
	scsas, rest, err := store.CutText(timer)
	if err != nil {
		return err
	}
	configID, _, err := store.CutText(rest)
	if err != nil {
		return err
	}
	c, u, err := p.lookup(ctx, "nidd.expire", id.SCSASID(scsas), configID)
	if errors.Is(err, fault.NotFound) {
		return p.Store.Update(ctx, func(tx store.Tx) error {
			return p.timers.Cancel(tx, append([]byte{timerConfig}, timer...))
		})
	}
	if err != nil {
		return err
	}
	if c.group() {
		return p.expireGroup(ctx, c.groupRef())
	}
	wake, err := p.update(ctx, u.IMSI, func(s *session) error {
		c, err := getConfig(s.tx, c.SCSAS, c.ID)
		if c == nil || err != nil {
			return err
		}
		if ev, passed := p.passed(c, s.now); passed {
			return s.stepConfig(c, ev)
		}
		return s.putConfig(c) // it was prolonged meanwhile
	})
	if wake {
		p.serveSoon(servingHost(u), u.IMSI, false)
	}
	return err
}

// passed returns the event of an end that has come.
func (p *Procedure) passed(c *Config, now time.Time) (ev ConfigEvent, passed bool) {
	switch {
	case !c.Duration.IsZero() && !c.Duration.After(now):
		return DurationPassed, true
	case !c.GrantedUntil.IsZero() && !c.GrantedUntil.After(now):
		return p.revocation(c.SCSAS), true
	}
	return 0, false
}

// revocation returns the event of a grant that ends, by policy.
func (p *Procedure) revocation(scsas id.SCSASID) ConfigEvent {
	if prof, _ := p.Profiles.NIDD(scsas); prof.KeepRevoked {
		return RevokeAndKeep
	}
	return RevokeAndEnd
}
