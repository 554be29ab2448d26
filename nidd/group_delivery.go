package nidd

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// A delivery to a group (TS 29.122 §4.4.5.3.2) is a Delivery without an IMSI, which never changes but for its state:
// Submitted while it is going on, Delivered once the results are on their way to the SCS/AS. What it goes through lies
// beside it:
//
//	progress  how far the list of members was gone through, and who goes
//	batches   members whose TDRs may be under way, with the identifiers of these
//	open      members for which data is stored, as for a single UE
//	results   of batches, and of members that were open: pieces of the notification
//
// A member is in exactly one of them at any time, or still ahead.

// deliveryRef names a delivery to a group.
type deliveryRef struct {
	groupRef
	delivery string
}

func (d *Delivery) ref() deliveryRef { return deliveryRef{groupRef{d.SCSAS, d.ConfigID}, d.ID} }

// inGroup reports whether d is what a delivery to a group is for one UE.
func (d *Delivery) inGroup() bool { return d.GroupAPN != "" && d.IMSI != "" }

func (r deliveryRef) text() store.Key { return r.groupRef.text().Text(r.delivery) }

func (r deliveryRef) workID() workID { return workID{r.groupRef, r.delivery} }

func groupDeliveriesOf(g groupRef) store.Key { return groupTable('d').Raw(g.text()...) }

func groupDeliveryKey(r deliveryRef) store.Key { return groupTable('d').Raw(r.text()...) }

func progressKey(r deliveryRef) store.Key { return groupTable('w').Raw(r.text()...) }

func batchesOf(r deliveryRef) store.Key { return groupTable('b').Raw(r.text()...) }

func batchKey(r deliveryRef, n uint64) store.Key { return batchesOf(r).Uint64(n) }

// openOf is where the members are for which data is stored; the value is how the notification begins to name them.
func openOf(r deliveryRef) store.Key { return groupTable('o').Raw(r.text()...) }

func openKey(r deliveryRef, ue id.IMSI) store.Key { return openOf(r).Raw([]byte(ue)...) }

// resultsOf is where the pieces of the notification are: its begin, the results, its end.
func resultsOf(r deliveryRef) store.Key { return groupTable('r').Raw(r.text()...) }

const (
	pieceBegin = iota
	pieceBatch
	pieceMember
	pieceEnd
)

func piece(r deliveryRef, kind byte) store.Key { return resultsOf(r).Raw(kind) }

func groupTimer(g groupRef) []byte { return append([]byte{timerGroup}, g.text()...) }

func groupDeliveryTimer(r deliveryRef) []byte { return append([]byte{timerGroupDelivery}, r.text()...) }

func cutDeliveryRef(key []byte) (r deliveryRef, err error) {
	var rest []byte
	if r.groupRef, rest, err = cutGroupRef(key); err == nil {
		r.delivery, _, err = store.CutText(rest)
	}
	return r, err
}

func getGroupDelivery(r store.Reader, ref deliveryRef) (*Delivery, error) {
	b, err := r.Get(groupDeliveryKey(ref))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeDelivery(b)
}

// progress is how far a delivery is.
type progress struct {
	Cursor id.IMSI        // members up to this one are in batches, open, or have results
	Next   uint64         // number of the next batch
	Walked bool           // there are no more members
	By     store.MemberID // who goes through the list

	unknown []byte
}

func (x *progress) encode() []byte {
	var w record.Writer
	w.Text(1, string(x.Cursor))
	w.Uint(2, x.Next)
	w.Bool(3, x.Walked)
	w.Uint(4, uint64(x.By))
	return append(w, x.unknown...)
}

func decodeProgress(b []byte) (*progress, error) {
	x, r := new(progress), record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			x.Cursor = id.IMSI(r.Text())
		case 2:
			x.Next = r.Uint()
		case 3:
			x.Walked = r.Bool()
		case 4:
			x.By = store.MemberID(r.Uint())
		default:
			x.unknown = append(x.unknown, r.Raw()...)
		}
	}
	return x, r.Err()
}

func getProgress(r store.Reader, ref deliveryRef) (*progress, error) {
	b, err := r.Get(progressKey(ref))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeProgress(b)
}

// marked is a member in a batch. Its attempt has a Session-Id when a TDR may have been sent.
type marked struct {
	IMSI    id.IMSI
	Attempt attempt
}

// encodeBatch leaves out SCEF-Wait-Time, which a repetition draws anew, and says once who sends.
func encodeBatch(by store.MemberID, list []marked) []byte {
	w := record.Writer(make([]byte, 0, 160*len(list)))
	w.Uint(1, uint64(by))
	var node diameter.Identity
	for i := range list {
		m, a := record.Writer(make([]byte, 0, 160)), &list[i].Attempt
		m.Text(1, string(list[i].IMSI))
		if a.SessionID != "" {
			m.Uint(2, uint64(a.EndToEnd))
			m.Text(3, a.SessionID)
			m.Uint(4, uint64(a.EBI))
			m.Uint(5, a.Signs)
			if a.Node != node { // else that of the one before
				putIdentity(&m, 6, a.Node)
				node = a.Node
			}
		}
		w.Bytes(2, m)
	}
	return w
}

func decodeBatch(b []byte) (by store.MemberID, list []marked, err error) {
	var node diameter.Identity
	r := record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			by = store.MemberID(r.Uint())
		case 2:
			var m marked
			in := r.Inner()
			for in.Next() {
				switch in.Number() {
				case 1:
					m.IMSI = id.IMSI(in.Text())
				case 2:
					m.Attempt.EndToEnd = uint32(in.Uint())
				case 3:
					m.Attempt.SessionID = in.Text()
				case 4:
					m.Attempt.EBI = uint8(in.Uint())
				case 5:
					m.Attempt.Signs = in.Uint()
				case 6:
					node.Host = in.Text()
				case 7:
					node.Realm = in.Text()
				}
			}
			if err := in.Err(); err != nil {
				return 0, nil, err
			}
			if m.Attempt.SessionID != "" {
				m.Attempt.Node = node
			}
			list = append(list, m)
		}
	}
	return by, list, r.Err()
}

// createGroupDelivery is CreateDelivery for a group: the data becomes one resource at once, and goes out after the answer.
func (p *Procedure) createGroupDelivery(ctx context.Context, op string, c *Config, t *t8.NIDDDownlinkDataTransfer, prof policy.NIDD) (*t8.NIDDDownlinkDataTransfer, error) {
	now := time.Now()
	if err := checkTransfer(op, c, t, prof); err != nil {
		return nil, err
	}
	d := newDelivery(c, t, prof, now)
	d.ID, d.GroupAPN, d.Stored = newID(), c.APN, true
	r := d.ref()
	err := p.updateGroup(ctx, func(s *session) error {
		now, err := getConfig(s.tx, c.SCSAS, c.ID)
		if err != nil {
			return err
		}
		if now == nil || now.Status != Active {
			return noConfig(op) // it ended meanwhile
		}
		s.timer = true
		if err := p.timers.Set(s.tx, groupDeliveryTimer(r), s.now.Add(recovery)); err != nil {
			return err
		}
		if err := s.tx.Put(progressKey(r), (&progress{By: p.Cluster.ID()}).encode()); err != nil {
			return err
		}
		return s.tx.Put(groupDeliveryKey(r), d.encode())
	})
	if err != nil {
		return nil, failed(op, err)
	}
	p.log.Info("group delivery", "scsas", string(c.SCSAS), "config", c.ID, "delivery", d.ID)
	t8.AfterResponse(ctx, func() { p.deliverSoon(r) })
	return p.groupDeliveryResource(c, d, true), nil
}

// checkGroup refuses a delivery that is not for the group of the configuration, or without the feature.
func checkGroup(op string, c *Config, t *t8.NIDDDownlinkDataTransfer) error {
	switch {
	case !c.Features.Has(t8.FeatureGroupMessageDelivery):
		return fault.New(op, fault.OperationProhibited, "feature GroupMessageDelivery was not negotiated")
	case t.ExternalGroupID != c.ExternalGroupID:
		return &fault.Error{
			Op: op, Code: fault.InvalidParameter, Detail: "the configuration is for a group",
			Params: []fault.Param{{Param: "/externalGroupId", Reason: "is not the group of the configuration"}},
		}
	}
	return nil
}

// groupDeliveryResource returns the resource as T8 shows it. It has no status once the results are on their way: there
// is one for each UE.
func (p *Procedure) groupDeliveryResource(c *Config, d *Delivery, sending bool) *t8.NIDDDownlinkDataTransfer {
	t := d.transfer(c)
	t.ExternalID, t.MSISDN, t.ExternalGroupID = "", "", c.ExternalGroupID
	t.Self = t8.NIDDDeliveryURI(p.APIRoot, c.SCSAS, c.ID, d.ID)
	switch {
	case d.State.Final():
	case sending:
		t.DeliveryStatus = t8.DeliverySending
	default:
		t.DeliveryStatus = t8.DeliveryBuffering
	}
	return t
}

// sending reports whether members are ahead of the delivery, or in a batch of it; the others wait, or have their results.
func sending(r store.Reader, ref deliveryRef) (bool, error) {
	x, err := getProgress(r, ref)
	if x == nil || err != nil || !x.Walked {
		return x != nil, err
	}
	empty, err := none(r, batchesOf(ref))
	return !empty, err
}

// groupDeliveriesUnder returns the deliveries of the configuration of a group, the oldest first.
func (p *Procedure) groupDeliveriesUnder(r store.Reader, c *Config) ([]t8.NIDDDownlinkDataTransfer, error) {
	list := []t8.NIDDDownlinkDataTransfer{}
	from := groupDeliveriesOf(c.groupRef())
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return nil, err
		}
		d, err := decodeDelivery(kv.Value)
		if err != nil {
			return nil, err
		}
		busy, err := sending(r, d.ref())
		if err != nil {
			return nil, err
		}
		list = append(list, *p.groupDeliveryResource(c, d, busy))
	}
	return list, nil
}

// viewGroupDelivery returns a delivery to a group, or nil.
func (p *Procedure) viewGroupDelivery(r store.Reader, c *Config, deliveryID string) (*t8.NIDDDownlinkDataTransfer, error) {
	ref := deliveryRef{c.groupRef(), deliveryID}
	d, err := getGroupDelivery(r, ref)
	if d == nil || err != nil {
		return nil, err
	}
	busy, err := sending(r, ref)
	if err != nil {
		return nil, err
	}
	return p.groupDeliveryResource(c, d, busy), nil
}

// keepGroupDelivery refuses to change or to cancel a delivery to a group.
func (p *Procedure) keepGroupDelivery(ctx context.Context, op string, c *Config, deliveryID string) error {
	var d *Delivery
	err := p.Store.View(ctx, func(r store.Reader) (err error) {
		d, err = getGroupDelivery(r, deliveryRef{c.groupRef(), deliveryID})
		return err
	})
	switch {
	case err != nil:
		return failed(op, err)
	case d == nil:
		return fault.New(op, fault.NotFound, "no such delivery")
	}
	return fault.New(op, fault.OperationProhibited, "a delivery to a group cannot be changed or cancelled")
}
