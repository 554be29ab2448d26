package nidd

import (
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// A configuration of a group is a Config with an ExternalGroupID and without an IMSI (TS 29.122 §4.4.5.2.2). Its members
// are records of their own, so that none of them is held in memory longer than a batch, and a group that comes or goes
// writes no record of a UE. A UE that also has a configuration of its own for the APN keeps to that one.

// group reports whether c is the configuration of a group, and not its copy for a member.
func (c *Config) group() bool { return c.ExternalGroupID != "" && c.IMSI == "" }

// member is a UE of a group, as the HSS named it.
type member struct {
	IMSI       id.IMSI
	ExternalID id.ExternalID
	MSISDN     id.MSISDN
	Generation uint64 // of the list that named it, see Config.Generation
	Revoked    bool   // the HSS took the authorisation of this UE back
	// GrantedUntil is when the HSS ended the grant of this UE alone; zero: with that of the group.
	GrantedUntil time.Time

	unknown []byte
}

func (m *member) encode() []byte {
	w := record.Writer(make([]byte, 0, 96))
	w.Text(1, string(m.IMSI))
	w.Text(2, string(m.ExternalID))
	w.Text(3, string(m.MSISDN))
	w.Uint(4, m.Generation)
	w.Bool(5, m.Revoked)
	w.Time(6, m.GrantedUntil)
	return append(w, m.unknown...)
}

func decodeMember(b []byte) (*member, error) {
	m, r := new(member), record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			m.IMSI = id.IMSI(r.Text())
		case 2:
			m.ExternalID = id.ExternalID(r.Text())
		case 3:
			m.MSISDN = id.MSISDN(r.Text())
		case 4:
			m.Generation = r.Uint()
		case 5:
			m.Revoked = r.Bool()
		case 6:
			m.GrantedUntil = r.Time()
		default:
			m.unknown = append(m.unknown, r.Raw()...)
		}
	}
	return m, r.Err()
}

// of reports whether the UE is a member of the group that c is for: a list of the HSS that came later may have left it out.
func (m *member) of(c *Config) bool { return m.Generation >= c.Generation }

// authorised reports whether the UE may use the configuration of its group.
func (m *member) authorised(c *Config, now time.Time) bool {
	return m.of(c) && !m.Revoked && (m.GrantedUntil.IsZero() || m.GrantedUntil.After(now))
}

// names returns the identities by which the HSS may name the UE besides its IMSI.
func (m *member) names() []string {
	var names []string
	for _, n := range [...]string{string(m.ExternalID), string(m.MSISDN)} {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}

// forMember returns the configuration as it is for one member.
func (c *Config) forMember(m *member) *Config {
	one := *c
	one.IMSI, one.ExternalID, one.MSISDN, one.ByMSISDN = m.IMSI, m.ExternalID, m.MSISDN, m.ExternalID == ""
	return &one
}

// groupRef names a configuration of a group.
type groupRef struct {
	SCSAS id.SCSASID
	ID    string
}

func (c *Config) groupRef() groupRef { return groupRef{c.SCSAS, c.ID} }

// text is the reference as a part of keys.
func (g groupRef) text() store.Key { return store.Key{}.Text(string(g.SCSAS)).Text(g.ID) }

func cutGroupRef(key []byte) (g groupRef, rest []byte, err error) {
	scsas, rest, err := store.CutText(key)
	if err == nil {
		g.SCSAS = id.SCSASID(scsas)
		g.ID, rest, err = store.CutText(rest)
	}
	return g, rest, err
}

// The tables of groups have two letters.
func groupTable(letter byte) store.Key { return store.Key(keyPrefix).Raw('g', letter, '/') }

func membersOf(g groupRef) store.Key { return groupTable('m').Raw(g.text()...) }

func memberKey(g groupRef, ue id.IMSI) store.Key { return membersOf(g).Raw([]byte(ue)...) }

// groupsOf is where the references to the groups of a UE lie; the value is the APN.
func groupsOf(ue id.IMSI) store.Key { return groupTable('i').Text(string(ue)) }

// memberNamed is where the IMSIs of the members with that name lie, one for each group.
func memberNamed(name string) store.Key { return groupTable('n').Text(name) }

// groupNamed is where the references to the configurations of an external group lie.
func groupNamed(group id.ExternalGroupID) store.Key { return groupTable('g').Text(string(group)) }

func groupWorkKey(g groupRef) store.Key { return groupTable('p').Raw(g.text()...) }

func getMember(r store.Reader, g groupRef, ue id.IMSI) (*member, error) {
	b, err := r.Get(memberKey(g, ue))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeMember(b)
}

// putMember writes a member with what leads to it.
func putMember(tx store.Tx, c *Config, m *member) error {
	g := c.groupRef()
	old, err := getMember(tx, g, m.IMSI)
	if err != nil {
		return err
	}
	if old != nil {
		for _, n := range old.names() {
			if err := tx.Delete(memberNamed(n).Raw(g.text()...)); err != nil {
				return err
			}
		}
	}
	for _, n := range m.names() {
		if err := tx.Put(memberNamed(n).Raw(g.text()...), []byte(m.IMSI)); err != nil {
			return err
		}
	}
	if err := tx.Put(groupsOf(m.IMSI).Raw(g.text()...), []byte(c.APN)); err != nil {
		return err
	}
	return tx.Put(memberKey(g, m.IMSI), m.encode())
}

// deleteMember removes a member with what leads to it.
func deleteMember(tx store.Tx, g groupRef, m *member) error {
	for _, n := range m.names() {
		if err := tx.Delete(memberNamed(n).Raw(g.text()...)); err != nil {
			return err
		}
	}
	if err := tx.Delete(groupsOf(m.IMSI).Raw(g.text()...)); err != nil {
		return err
	}
	return tx.Delete(memberKey(g, m.IMSI))
}

// resolveMember returns the IMSI of a member by another name, or "".
func resolveMember(r store.Reader, name string) (id.IMSI, error) {
	from := memberNamed(name)
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return "", err
		}
		return id.IMSI(kv.Value), nil
	}
	return "", nil
}

// membership is a UE in one of its groups.
type membership struct {
	c *Config // for that UE
	m *member
}

// memberships returns the groups of a UE that have a configuration for the APN, or for any when apn is empty.
func memberships(r store.Reader, ue id.IMSI, apn id.APN) ([]membership, error) {
	var refs []groupRef
	from := groupsOf(ue)
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return nil, err
		}
		if apn != "" && !apn.Equal(id.APN(kv.Value)) {
			continue
		}
		g, _, err := cutGroupRef(kv.Key[len(from):])
		if err != nil {
			return nil, err
		}
		refs = append(refs, g)
	}
	var list []membership
	for _, g := range refs {
		c, err := getConfig(r, g.SCSAS, g.ID)
		if err != nil {
			return nil, err
		}
		if c == nil { // the group is being made, or taken apart
			continue
		}
		m, err := getMember(r, g, ue)
		if err != nil {
			return nil, err
		}
		if m != nil && m.of(c) {
			list = append(list, membership{c.forMember(m), m})
		}
	}
	return list, nil
}

// configOn returns the configuration of a UE for an APN: its own, or else that of a group that is active and for which it
// is authorised; nil when there is none. u may be nil. What it returns is shared and must not be changed.
func (p *Procedure) configOn(r store.Reader, u *UE, ue id.IMSI, apn id.APN, now time.Time) (*Config, error) {
	if u != nil {
		if ref := u.configFor(apn); ref != nil {
			return p.readConfig(r, ref.SCSAS, ref.ID)
		}
	}
	list, err := memberships(r, ue, apn)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.c.Status == Active && x.m.authorised(x.c, now) {
			return x.c, nil
		}
	}
	return nil, nil
}

// configOf returns the configuration that a delivery is for, in a group as it is for the UE; nil when it has ended, or
// does not hold for the UE any more.
func (s *session) configOf(d *Delivery) (*Config, error) {
	c, err := getConfig(s.tx, d.SCSAS, d.ConfigID)
	if c == nil || err != nil || !c.group() {
		return c, err
	}
	m, err := getMember(s.tx, c.groupRef(), s.ue.IMSI)
	if m == nil || err != nil || !m.authorised(c, s.now) {
		return nil, err
	}
	return c.forMember(m), nil
}

// endMember ends what a member has of its group: the stored deliveries, and the PDN connection unless the UE has
// another configuration for it.
func (s *session) endMember(c *Config, ev Kind) error {
	if err := s.endDeliveries(c, ev); err != nil || s.ue.configFor(c.APN) != nil {
		return err
	}
	return s.closeConnections(c)
}

// regrantMember is regrant for the groups of the UE. It reports whether the UE is in any.
func (s *session) regrantMember(apn id.APN, until time.Time) (known bool, err error) {
	list, err := memberships(s.tx, s.ue.IMSI, apn)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		revoked := !until.IsZero() && !until.After(s.now)
		was := x.m.Revoked
		x.m.Revoked, x.m.GrantedUntil = revoked, until
		if err := s.tx.Put(memberKey(x.c.groupRef(), x.m.IMSI), x.m.encode()); err != nil {
			return true, err
		}
		switch {
		case !revoked:
			err = s.reportConfig(x.c, t8.NIDDActive)
		case !was:
			if err = s.reportConfig(x.c, t8.NIDDTerminatedUENotAuthorized); err == nil {
				err = s.endMember(x.c, Abandon)
			}
		}
		if err != nil {
			return true, err
		}
	}
	return len(list) > 0, nil
}
