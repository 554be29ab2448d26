package nidd

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// The aggregated notification (t8.GMDNIDDDownlinkDataDeliveryNotification) is never in memory as a whole: its pieces are
// written as the results come, each with a comma before it, and the outbox puts them together.

// begin is how the notification begins to name the member.
func (m *member) begin() []byte {
	key, name := `,{"externalId":`, string(m.ExternalID)
	if name == "" {
		key, name = `,{"msisdn":`, string(m.MSISDN)
	}
	text, _ := json.Marshal(name) // strings never fail
	return append([]byte(key), text...)
}

// appendResult appends the result of a member, which begins as begin says.
func appendResult(b, begin []byte, d *Delivery) []byte {
	b = append(append(append(append(b, begin...), `,"deliveryStatus":"`...), d.Status()...), '"')
	if (d.State == Unreachable || d.State == Cancelled) && !d.NotBefore.IsZero() {
		b = append(d.NotBefore.AppendFormat(append(b, `,"requestedRetransmissionTime":"`...), time.RFC3339Nano), '"')
	}
	return append(b, '}')
}

// openMember notes that data of a delivery to a group is stored for the UE.
func (s *session) openMember(d *Delivery) error {
	m, err := getMember(s.tx, groupRef{d.SCSAS, d.ConfigID}, s.ue.IMSI)
	if err != nil {
		return err
	}
	if m == nil {
		return fault.New("nidd.openMember", fault.NotFound, "the UE left the group")
	}
	return s.tx.Put(openKey(d.ref(), s.ue.IMSI), m.begin())
}

// endOpen writes the result of a UE for which data was stored.
func (s *session) endOpen(d *Delivery) error {
	r := d.ref()
	key := openKey(r, s.ue.IMSI)
	begin, err := s.tx.Get(key)
	if begin == nil || err != nil {
		return err // the SCS/AS deleted the configuration
	}
	if err := s.tx.Put(piece(r, pieceMember).Raw([]byte(s.ue.IMSI)...), appendResult(nil, begin, d)); err != nil {
		return err
	}
	s.ended = append(s.ended, r)
	return s.tx.Delete(key)
}

// withData returns a stored delivery with its data: that of a group is stored once.
func (s *session) withData(d *Delivery) (Delivery, error) {
	full := *d
	if !d.inGroup() {
		return full, nil
	}
	group, err := getGroupDelivery(s.tx, d.ref())
	if err == nil && group != nil {
		full.Data = group.Data
	}
	return full, err
}

// checkEnded looks soon whether deliveries have all their results.
func (p *Procedure) checkEnded(ended []deliveryRef) {
	for _, r := range ended {
		p.groups.check(p, r.workID(), func() {
			if _, err := p.finish(p.ctx, r); err != nil && p.ctx.Err() == nil {
				p.log.Error("cannot end a group delivery", "delivery", r.delivery, "err", err)
			}
		})
	}
}

// none reports whether no key begins with prefix.
func none(r store.Reader, prefix []byte) (bool, error) {
	for _, err := range r.Scan(prefix, store.PrefixEnd(prefix), false) {
		return false, err
	}
	return true, nil
}

// finish hands the notification to the outbox when all results are there, and reports whether that was done. The resource
// goes with the acknowledgement.
func (p *Procedure) finish(ctx context.Context, r deliveryRef) (done bool, err error) {
	err = p.updateGroup(ctx, func(s *session) error {
		x, err := getProgress(s.tx, r)
		if done = x == nil; done || err != nil || !x.Walked {
			return err
		}
		for _, prefix := range [...]store.Key{batchesOf(r), openOf(r)} {
			if empty, err := none(s.tx, prefix); !empty || err != nil {
				return err
			}
		}
		d, err := getGroupDelivery(s.tx, r)
		if err != nil {
			return err
		}
		c, _, err := groupConfig(s.tx, r.groupRef)
		if d == nil || c == nil || err != nil {
			return err
		}
		done = true
		if err := p.timers.Cancel(s.tx, groupDeliveryTimer(r)); err != nil {
			return err
		}
		if err := s.tx.Delete(progressKey(r)); err != nil {
			return err
		}
		return s.sendResults(c, d)
	})
	return done, err
}

// sendResults completes the notification and enqueues it. A delivery without any result is forgotten: there is no
// notification without.
func (s *session) sendResults(c *Config, d *Delivery) error {
	r := d.ref()
	all := resultsOf(r)
	for kv, err := range s.tx.Scan(all, store.PrefixEnd(all), false) {
		if err != nil {
			return err
		}
		first, rest := bytes.Clone(kv.Key), bytes.Clone(kv.Value[1:]) // without its comma
		uri, err := json.Marshal(t8.NIDDDeliveryURI(s.p.APIRoot, c.SCSAS, c.ID, d.ID))
		if err != nil {
			return err
		}
		begin := append(append([]byte(`{"niddDownlinkDataTransfer":`), uri...), `,"gmdResults":[`...)
		for _, x := range [...]store.Pair{{Key: first, Value: rest}, {Key: piece(r, pieceBegin), Value: begin}, {Key: piece(r, pieceEnd), Value: []byte("]}")}} {
			if err := s.tx.Put(x.Key, x.Value); err != nil {
				return err
			}
		}
		d.State = Delivered
		if err := s.tx.Put(groupDeliveryKey(r), d.encode()); err != nil {
			return err
		}
		s.kick = true
		return s.p.long.EnqueueLong(s.tx, s.p.configURI(c), c.Destination, all, groupDeliveryKey(r))
	}
	return s.tx.Delete(groupDeliveryKey(r))
}

// openDeliveries returns the deliveries to a group whose results are not on their way.
func openDeliveries(r store.Reader, g groupRef) (open []deliveryRef, err error) {
	from := groupDeliveriesOf(g)
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return nil, err
		}
		d, err := decodeDelivery(kv.Value)
		if err != nil {
			return nil, err
		}
		if !d.State.Final() {
			open = append(open, d.ref())
		}
	}
	return open, nil
}

// walking reports whether members of the group are still ahead of a delivery, or in a batch of one.
func walking(r store.Reader, g groupRef) (bool, error) {
	open, err := openDeliveries(r, g)
	if err != nil {
		return false, err
	}
	for _, d := range open {
		if busy, err := sending(r, d); busy || err != nil {
			return true, err
		}
	}
	return false, nil
}

// finishGroup is finish for all deliveries to a group. It reports whether any is left.
func (p *Procedure) finishGroup(ctx context.Context, g groupRef) (left bool, err error) {
	var open []deliveryRef
	if err := p.Store.View(ctx, func(r store.Reader) (err error) {
		open, err = openDeliveries(r, g)
		return err
	}); err != nil {
		return false, err
	}
	for _, r := range open {
		done, err := p.finish(ctx, r)
		if err != nil {
			return false, err
		}
		left = left || !done
	}
	return left, nil
}

// dropGroupDeliveries forgets the deliveries to a group whose results are not on their way. It reports whether there is
// more to do.
func (p *Procedure) dropGroupDeliveries(ctx context.Context, g groupRef) (more bool, err error) {
	err = p.updateGroup(ctx, func(s *session) error {
		more = false
		open, err := openDeliveries(s.tx, g)
		if len(open) == 0 || err != nil {
			return err
		}
		r, keys := open[0], [][]byte(nil)
		more = true
		for _, prefix := range [...]store.Key{progressKey(r), batchesOf(r), openOf(r), resultsOf(r)} {
			for kv, err := range s.tx.Scan(prefix, store.PrefixEnd(prefix), false) {
				if err != nil {
					return err
				}
				if keys = append(keys, bytes.Clone(kv.Key)); len(keys) == memberChunk {
					break
				}
			}
		}
		if len(keys) < memberChunk {
			keys = append(keys, groupDeliveryKey(r))
			if err := p.timers.Cancel(s.tx, groupDeliveryTimer(r)); err != nil {
				return err
			}
		}
		for _, k := range keys {
			if err := s.tx.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}
