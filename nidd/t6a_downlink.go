package nidd

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// sendTDR sends the data of d over the connection that its attempt names (TS 29.128 §5.6.2), and counts it for the rate
// control.
func (p *Procedure) sendTDR(ctx context.Context, d *Delivery, again bool, now time.Time) Event {
	ev := p.exchangeTDR(ctx, d, again, now)
	p.countDownlink(d, ev, now)
	return ev
}

func (p *Procedure) exchangeTDR(ctx context.Context, d *Delivery, again bool, now time.Time) Event {
	a := &d.Attempt
	if again {
		a.Until = now.Add(p.opts.AnswerTimeout)
	}
	tdr := t6a.TDR{
		SessionID:        a.SessionID,
		UserIdentifier:   t6a.UserIdentifier{UserName: string(d.IMSI)},
		BearerIdentifier: []byte{a.EBI},
		OriginHost:       p.Self.Host,
		OriginRealm:      p.Self.Realm,
		DestinationHost:  a.Node.Host,
		DestinationRealm: a.Node.Realm,
		NonIPData:        d.payload(),
		SCEFWaitTime:     a.Until,
	}
	if d.mayKeep(now) {
		tdr.MaximumRetransmissionTime = d.Expires
	}
	req, err := tdr.Request()
	if err != nil {
		p.log.Error("cannot build a TDR", "imsi", d.IMSI, "err", err)
		return Event{Kind: Refused}
	}
	req.EndToEnd = a.EndToEnd
	if again {
		req.Flags |= diameter.FlagRetransmitted
	}
	if b, ok := p.Transport.(bounded); !ok || b.AnswerTimeout() != p.opts.AnswerTimeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, a.Until)
		defer cancel()
	}
	ans, err := p.Transport.Do(ctx, a.Node, req)
	p.opts.Trace.sent(now, ans, err)
	if err == nil || errors.Is(err, diameter.ErrSent) {
		p.chargeDownlink(d, now, ans)
	}
	if err != nil {
		p.log.Warn("no TDA", "imsi", d.IMSI, "node", a.Node.Host, "err", err)
		if errors.Is(err, diameter.ErrSent) {
			return Event{Kind: NoAnswer}
		}
		return Event{Kind: NoRoute, RetryAt: now.Add(p.opts.RetryInterval)}
	}
	return p.readTDA(ans, d)
}

// readTDA turns a TDA into an event.
func (p *Procedure) readTDA(ans *diameter.Message, d *Delivery) Event {
	r, err := diameter.ResultOf(ans)
	if err != nil {
		p.log.Warn("bad TDA", "imsi", d.IMSI, "err", err)
		return Event{Kind: Refused}
	}
	switch {
	case r.IsSuccess():
		// This is the busiest answer, and one AVP of it counts: it is not worth to be decoded.
		flags, _ := t6a.AVPTDAFlags.Find(ans.AVPs)
		if len(flags.Data) == 4 && t6a.TDAFlags(binary.BigEndian.Uint32(flags.Data))&t6a.TDAFlagAcknowledgedDelivery != 0 {
			return Event{Kind: Acknowledged}
		}
		return Event{Kind: Accepted}
	case r == diameter.ErrorUserTemporarilyUnreachable:
		var tda t6a.TDA
		if err := tda.Decode(ans); err != nil {
			p.log.Warn("bad TDA", "imsi", d.IMSI, "err", err)
		}
		return Event{Kind: UESleeps, RetryAt: tda.RequestedRetransmissionTime}
	case r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer:
		return Event{Kind: BearerGone}
	case r == diameter.UnableToDeliver || r == diameter.RealmNotServed || r == diameter.TooBusy || r == diameter.LoopDetected:
		by, _ := diameter.AVPOriginHost.Find(ans.AVPs)
		return Event{
			Kind: NoRoute, RetryAt: time.Now().Add(p.opts.RetryInterval),
			byNode: strings.EqualFold(string(by.Data), d.Attempt.Node.Host),
		}
	}
	p.log.Warn("TDA with a failure", "imsi", d.IMSI, "node", d.Attempt.Node.Host, "result", r.String())
	return Event{Kind: Refused}
}
