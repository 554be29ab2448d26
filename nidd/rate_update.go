package nidd

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// told notes what an Extended-PCO that the UE got says about the APN rate control.
func (p *Procedure) told(ctx context.Context, op string, ue id.IMSI, conn *Connection, octets []byte) error {
	pco, err := t6a.ParseExtendedPCOToUE(octets)
	if rates := new(rateControl); err != nil || !rates.take(pco) {
		return nil //nolint:nilerr // what an operator sends may be of another kind
	}
	_, err = p.update(ctx, ue, func(s *session) error {
		i := s.ue.connection(conn.EBI)
		if i < 0 || s.ue.Connections[i].ChargingID != conn.ChargingID {
			return nil // it was established anew, with what holds now
		}
		s.changed = true
		s.ue.Connections[i].Rates.take(pco)
		return nil
	})
	if err != nil {
		return failed(op, err)
	}
	return nil
}

// Bounds of the work of UpdateRates.
const (
	ratesBatch    = 256 // UEs read by one transaction
	ratesParallel = 16  // updates under way
)

// RatesUpdate is what UpdateRates did.
type RatesUpdate struct {
	Told   int // UEs that were told, over one connection each time
	Failed int // updates that failed; another UpdateRates tries them again
}

// UpdateRates makes new parameters of the APN rate control known, after policy changed for the APN: each UE that understands
// them and was told others gets them by an update of its connection (TS 29.128 §5.8.2), and data that waits for a window of
// the old limits is looked at again. It reads all UEs, some hundred at a time, has at most 16 updates under way, and returns
// when all are done. What a UE was told is stored with its answer: after a crash, or an error of the store or of ctx, a second
// call does what is left. In a cluster one node is enough.
func (p *Procedure) UpdateRates(ctx context.Context, apn id.APN) (RatesUpdate, error) {
	const op = "nidd.UpdateRates"
	if !p.begin() {
		return RatesUpdate{}, closed(op)
	}
	defer p.wg.Done()
	var told, refused atomic.Int64
	var wg sync.WaitGroup
	places := make(chan struct{}, ratesParallel)
	from, end := []byte(keyPrefix+"u/"), store.PrefixEnd([]byte(keyPrefix+"u/"))
	var err error
	for err == nil && from != nil {
		var batch []UE
		if batch, from, err = p.ratesBatch(ctx, apn, from, end); err != nil {
			break
		}
		for i := range batch {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
			case <-p.ctx.Done():
			}
			if err = errors.Join(ctx.Err(), p.ctx.Err()); err != nil {
				break
			}
			wg.Go(func() {
				defer func() { <-places }()
				n, failures := p.tellUE(ctx, apn, &batch[i])
				told.Add(int64(n))
				refused.Add(int64(failures))
			})
		}
	}
	wg.Wait()
	done := RatesUpdate{int(told.Load()), int(refused.Load())}
	if err != nil {
		return done, failed(op, err)
	}
	p.log.Info("APN rate control told", "apn", string(apn), "told", done.Told, "failed", done.Failed)
	return done, nil
}

// ratesBatch reads UEs from a key on, and returns those with something to do, and the key to go on at, or nil.
func (p *Procedure) ratesBatch(ctx context.Context, apn id.APN, from, end []byte) (batch []UE, next []byte, err error) {
	now := time.Now()
	err = p.Store.View(ctx, func(r store.Reader) error {
		batch, next = nil, nil
		read := 0
		for kv, err := range r.Scan(from, end, false) {
			if err != nil {
				return err
			}
			if read++; read > ratesBatch {
				next = bytes.Clone(kv.Key)
				return nil
			}
			u, err := decodeUE(kv.Value)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(u.Connections, func(c Connection) bool {
				_, due := p.ratesDue(&c, apn)
				return due || c.APN.Equal(apn) && c.paused(now)
			}) {
				batch = append(batch, *u)
			}
		}
		return nil
	})
	return batch, next, err
}

// ratesDue returns what the UE is to be told over the connection, and whether there is anything.
func (p *Procedure) ratesDue(c *Connection, apn id.APN) (pco t6a.ExtendedPCO, due bool) {
	if !c.APN.Equal(apn) || c.State == Releasing {
		return nil, false
	}
	next, err := c.Rates.next(p.apn(apn))
	if err != nil || bytes.Equal(next.Uplink, c.Rates.Uplink) && bytes.Equal(next.Exception, c.Rates.Exception) {
		return nil, false
	}
	return next.containers(), true
}

// tellUE does what UpdateRates does for one UE.
func (p *Procedure) tellUE(ctx context.Context, apn id.APN, u *UE) (told, failures int) {
	for i := range u.Connections {
		c := &u.Connections[i]
		pco, due := p.ratesDue(c, apn)
		if !due {
			continue
		}
		octets, err := pco.AppendToUE(nil)
		if err == nil {
			err = p.UpdateConnection(ctx, u.IMSI, c.EBI, octets)
		}
		if err != nil {
			p.log.Warn("APN rate control not told", "imsi", u.IMSI, "node", c.Node.Host, "err", err)
			failures++
			continue
		}
		told++
	}
	p.resume(ctx, apn, u)
	return told, failures
}

// resume looks again at stored data that waits for a window.
func (p *Procedure) resume(ctx context.Context, apn id.APN, u *UE) {
	if !slices.ContainsFunc(u.Connections, func(c Connection) bool { return c.APN.Equal(apn) && c.paused(time.Now()) }) {
		return
	}
	_, err := p.update(ctx, u.IMSI, func(s *session) error {
		for i := range s.ue.Connections {
			if c := &s.ue.Connections[i]; c.APN.Equal(apn) {
				c.PausedUntil = time.Time{}
				s.changed = true
			}
		}
		return nil
	})
	if err != nil {
		p.lost("nidd.UpdateRates", u.IMSI, err)
		return
	}
	p.serveSoon(servingHost(u), u.IMSI, false)
}
