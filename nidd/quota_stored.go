package nidd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
)

// Stored deliveries are counted where a quota bounds them: for an SCS/AS and for an APN in parts, since each delivery writes a
// part and two that write one key cannot be committed side by side; for a UE by its deliveries, which a session has read
// anyway. Each part has its share of the quota, so nobody has to add them up, and the quota holds. The parts take turns, so
// that transactions which run at the same time have different ones, and all parts fill evenly. A delivery knows the parts
// that it counts in.

const (
	storedParts = 512      // at most: more than there are transactions under way
	partStored  = 8        // the least share of a part
	partOctets  = 32 << 10 // likewise: many messages, of which none is cut in two
	partProbes  = 32       // parts that are looked at for room; with more of them, a quota may seem full a little early
)

// part is one part of a count of stored deliveries.
type part struct {
	key       store.Key
	n, octets uint64
}

func (s *session) part(name string) (p part, err error) {
	p.key = append(store.Key(keyPrefix+"q/"), name...)
	b, err := s.tx.Get(p.key)
	if err != nil {
		return p, err
	}
	r := record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			p.n = r.Uint()
		case 2:
			p.octets = r.Uint()
		}
	}
	return p, r.Err()
}

func (s *session) putPart(p part) error {
	var w record.Writer
	w.Uint(1, p.n)
	w.Uint(2, p.octets)
	if len(w) == 0 {
		return s.tx.Delete(p.key)
	}
	return s.tx.Put(p.key, w)
}

// bounds says which counts a delivery belongs to: the first octets of their keys, and the quotas.
func (s *session) bounds(d *Delivery, prof *policy.NIDD) (names [2]string, quotas [2]*policy.Quota) {
	if q := &prof.Quota; q.Stored|q.StoredOctets != 0 {
		names[0], quotas[0] = "s"+string(store.Key{}.Text(string(d.SCSAS))), q
	}
	for i := range s.ue.configs {
		r := &s.ue.configs[i]
		if r.SCSAS != d.SCSAS || r.ID != d.ConfigID {
			continue
		}
		if a := s.p.apn(r.APN); a != nil && a.Quota.Stored|a.Quota.StoredOctets != 0 {
			names[1], quotas[1] = "a"+string(store.Key{}.Text(strings.ToLower(string(r.APN)))), &a.Quota
		}
	}
	return names, quotas
}

// parts returns over how many parts a quota is spread.
func parts(q *policy.Quota) int {
	n := int64(storedParts)
	if q.Stored > 0 {
		n = min(n, q.Stored/partStored)
	}
	if q.StoredOctets > 0 {
		n = min(n, q.StoredOctets/partOctets)
	}
	return int(max(n, 1))
}

// share returns what the i-th of n parts has of a limit.
func share(limit int64, i, n int) uint64 {
	s := limit / int64(n)
	if int64(i) < limit%int64(n) {
		s++
	}
	return uint64(s)
}

// room finds a part with room for one more delivery of size octets.
func (s *session) room(name string, q *policy.Quota, size uint64) (p part, found string, err error) {
	n := parts(q)
	for range min(n, partProbes) {
		i := int(s.p.part.Add(1) % uint64(n))
		found = name + string([]byte{byte(i >> 8), byte(i)})
		if p, err = s.part(found); err != nil {
			return p, "", err
		}
		if (q.Stored == 0 || p.n < share(q.Stored, i, n)) && (q.StoredOctets == 0 || p.octets+size <= share(q.StoredOctets, i, n)) {
			p.n, p.octets = p.n+1, p.octets+size
			return p, found, nil
		}
	}
	return p, "", noRoom()
}

func noRoom() error {
	return fault.New("nidd.store", fault.QuotaExceeded, "no more downlink data may be stored")
}

// countStored makes room for a delivery that is about to be stored, for which data of lower priority may have to go, and
// counts it. It changes nothing when it fails with fault.QuotaExceeded, unless other data was dropped.
func (s *session) countStored(d *Delivery) error {
	prof, _ := s.p.Profiles.NIDD(d.SCSAS)
	if err := s.displace(d, &prof.UEQuota); err != nil {
		return err
	}
	return s.count(d, &prof)
}

func (s *session) count(d *Delivery, prof *policy.NIDD) error {
	d.counted = nil
	names, quotas := s.bounds(d, prof)
	var found []part
	for i, q := range quotas {
		if q == nil {
			continue
		}
		p, name, err := s.room(names[i], q, uint64(len(d.Data)))
		if err != nil {
			d.counted = nil
			return err
		}
		found, d.counted = append(found, p), append(d.counted, name)
	}
	for _, p := range found {
		if err := s.putPart(p); err != nil {
			return err
		}
	}
	d.countedOctets = uint64(len(d.Data))
	return nil
}

// uncount takes a delivery out of the counts.
func (s *session) uncount(d *Delivery) error {
	for _, name := range d.counted {
		p, err := s.part(name)
		if err != nil {
			return err
		}
		p.n, p.octets = p.n-min(p.n, 1), p.octets-min(p.octets, d.countedOctets)
		if err := s.putPart(p); err != nil {
			return err
		}
	}
	d.counted = nil
	return nil
}

// recount counts a stored delivery whose data was replaced. Data that grew must find room as new data does, but displaces no
// other.
func (s *session) recount(d *Delivery, was int) error {
	if len(d.Data) == was {
		return nil
	}
	prof, _ := s.p.Profiles.NIDD(d.SCSAS)
	if len(d.Data) > was {
		if _, octets := s.storedFor(d); prof.UEQuota.StoredOctets > 0 && octets+int64(len(d.Data)) > prof.UEQuota.StoredOctets {
			return noRoom()
		}
	}
	if len(d.counted) == 0 {
		return nil
	}
	if err := s.uncount(d); err != nil {
		return err
	}
	return s.count(d, &prof)
}

// storedFor returns how much else is stored under the configuration of d.
func (s *session) storedFor(d *Delivery) (n, octets int64) {
	for _, x := range s.deliveries {
		if x.ID != d.ID && x.SCSAS == d.SCSAS && x.ConfigID == d.ConfigID {
			n, octets = n+1, octets+int64(len(x.Data))
		}
	}
	return n, octets
}

// displace makes room under the quota of a UE: data of lower priority goes, the lowest and then the youngest first, and ends as
// a failure that is reported. If that is not enough nothing goes, and the error is fault.QuotaExceeded.
func (s *session) displace(d *Delivery, q *policy.Quota) error {
	if q.Stored|q.StoredOctets == 0 {
		return nil
	}
	n, octets := s.storedFor(d)
	n, octets = n+1, octets+int64(len(d.Data))
	fits := func() bool {
		return (q.Stored == 0 || n <= q.Stored) && (q.StoredOctets == 0 || octets <= q.StoredOctets)
	}
	if fits() {
		return nil
	}
	var lower []*Delivery
	for _, x := range s.deliveries {
		waits := x.State == Waiting || x.State == Asleep || x.State == Ready
		if waits && x.SCSAS == d.SCSAS && x.ConfigID == d.ConfigID && x.Priority < d.Priority {
			lower = append(lower, x)
		}
	}
	slices.SortFunc(lower, func(a, b *Delivery) int { return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.ID, a.ID)) })
	for i, x := range lower {
		n, octets = n-1, octets-int64(len(x.Data))
		if !fits() {
			continue
		}
		for _, x := range lower[:i+1] {
			if _, err := s.step(x, Event{Kind: Abandon}); err != nil {
				return err
			}
		}
		return nil
	}
	return noRoom()
}
