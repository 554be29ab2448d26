package nidd

import (
	"context"
	"errors"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// sendCMR sends a request of the SCEF about a connection and returns its result (TS 29.128 §5.8).
func (p *Procedure) sendCMR(ctx context.Context, ue id.IMSI, c *Connection, action t6a.ConnectionAction, pco []byte) (diameter.Result, error) {
	req, err := (&t6a.CMR{
		SessionID:        p.newSessionID(),
		UserIdentifier:   t6a.UserIdentifier{UserName: string(ue)},
		BearerIdentifier: []byte{c.EBI},
		OriginHost:       p.Self.Host,
		OriginRealm:      p.Self.Realm,
		DestinationHost:  c.Node.Host,
		DestinationRealm: c.Node.Realm,
		ConnectionAction: action,
		ExtendedPCO:      pco,
	}).Request()
	if err != nil {
		return diameter.Result{}, err
	}
	req.EndToEnd = p.newEndToEnd()
	ctx, cancel := context.WithTimeout(ctx, p.opts.AnswerTimeout)
	defer cancel()
	ans, err := p.Transport.Do(ctx, c.Node, req)
	p.opts.Trace.asked(action, ans)
	if err != nil {
		return diameter.Result{}, err
	}
	return diameter.ResultOf(ans)
}

// sendRelease asks the serving node to release a connection and reports whether it does not exist there any more.
func (p *Procedure) sendRelease(ctx context.Context, ue id.IMSI, c *Connection) bool {
	r, err := p.sendCMR(ctx, ue, c, t6a.ConnectionActionRelease, nil)
	if err != nil {
		p.log.Warn("release not answered", "imsi", ue, "node", c.Node.Host, "err", err)
		return false
	}
	gone := r.IsSuccess() || r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer
	if !gone {
		p.log.Warn("release refused", "imsi", ue, "node", c.Node.Host, "result", r.String())
	}
	return gone
}

// UpdateConnection gives the UE new protocol configuration options over its T6a/b connection (TS 29.128 §5.8.2). pco is
// the value of Extended-PCO; the APN rate control that it holds is enforced from the answer on. Errors: fault.NotFound when the SCEF holds no such connection, fault.NoPDNConnection when
// the serving node does not (the context is removed then), fault.Timeout, fault.NextHop, fault.NetworkFailure.
func (p *Procedure) UpdateConnection(ctx context.Context, ue id.IMSI, bearer uint8, pco []byte) error {
	const op = "nidd.UpdateConnection"
	if !p.begin() {
		return closed(op)
	}
	defer p.wg.Done()
	var conn *Connection
	err := p.Store.View(ctx, func(r store.Reader) error {
		u, err := getUE(r, ue)
		if u == nil || err != nil {
			return err
		}
		if i := u.connection(bearer); i >= 0 && u.Connections[i].State != Releasing {
			conn = &u.Connections[i]
		}
		return nil
	})
	switch {
	case err != nil:
		return failed(op, err)
	case conn == nil:
		return fault.New(op, fault.NotFound, "no such connection")
	}
	r, err := p.sendCMR(ctx, ue, conn, t6a.ConnectionActionUpdate, pco)
	switch {
	case errors.Is(err, diameter.ErrSent):
		return fault.Wrap(op, fault.Timeout, err)
	case err != nil:
		return fault.Wrap(op, fault.NextHop, err)
	case r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer:
		gone := &Delivery{IMSI: ue, Attempt: attempt{EBI: bearer, Node: conn.Node, Signs: conn.Signs}}
		if _, err := p.connectionGone(ctx, gone); err != nil {
			return failed(op, err)
		}
		return &fault.Error{Op: op, Code: fault.NoPDNConnection, Result: r, Remote: true}
	case !r.IsSuccess():
		return fault.FromAnswer(op, r)
	}
	return p.told(ctx, op, ue, conn, pco)
}
