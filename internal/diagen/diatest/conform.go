package diatest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen"
)

// Conform checks the generated code of a dictionary against the dictionary itself. The elements are all its commands and
// groups, and newCommand is the function New of the package, nil if it has no commands. For each element, over values
// made from the grammar at random, at its least and with much of everything:
//
//   - what is decoded encodes to the same octets; unknown AVPs without the M bit survive, with and without vendor, in
//     groups, too, where the grammar has room;
//   - without an AVP that is required the error is MISSING_AVP with an example of it, in both directions;
//   - one AVP more than the grammar allows is AVP_OCCURS_TOO_MANY_TIMES, an unknown one with the M bit AVP_UNSUPPORTED, a
//     wrong length INVALID_AVP_LENGTH, each with that AVP as Failed-AVP;
//   - no part of the octets, and no octet set to another value, makes the decoder panic, or memory grow beyond a bound
//     that follows from the length.
func Conform(t *testing.T, dia string, newCommand func(diameter.CommandCode, bool) diameter.Command, elements ...Element) {
	f, err := diagen.Load(dia)
	require.NoError(t, err)
	byName := map[string]Element{}
	for _, e := range elements {
		byName[reflect.TypeOf(e).Elem().Name()] = e
	}
	check := func(g *diagen.Grammar, name string, message bool) {
		e := byName[name]
		require.NotNil(t, e, "%s of %s is not among the elements", name, dia)
		delete(byName, name)
		t.Run(name, func(t *testing.T) { (&conform{t, f, g, e, message}).run() })
	}
	for _, m := range f.Messages {
		check(m, m.GoName(), true)
		if m.Code == 0 || slices.Contains(m.Flags, "ERR") {
			continue
		}
		request := slices.Contains(m.Flags, "REQ")
		c := newCommand(diameter.CommandCode(m.Code), request)
		require.Equal(t, m.GoName(), reflect.TypeOf(c).Elem().Name())
		code, app, flags := c.Header()
		require.Equal(t, diameter.CommandCode(m.Code), code)
		require.Equal(t, diameter.ApplicationID(f.ID), app)
		require.Equal(t, request, flags&diameter.FlagRequest != 0)
		require.Equal(t, slices.Contains(m.Flags, "PXY"), flags&diameter.FlagProxiable != 0)
	}
	for _, g := range f.Groups {
		if a := f.AVP(g.Name); a.Group() != nil {
			check(g, a.GoName(), false)
		}
	}
	require.Empty(t, byName, "elements that %s does not have", dia)
	if newCommand != nil {
		require.Nil(t, newCommand(1<<24-1, true))
	}
}

type conform struct {
	*testing.T
	f       *diagen.File
	g       *diagen.Grammar
	e       Element
	message bool
}

// How much of what a grammar leaves open stands in a value.
type amount int

const (
	least amount = iota
	some
	much
)

// part is one AVP on its way to octets; item is nil for an AVP that the grammar does not name.
type part struct {
	item *diagen.Item
	diameter.AVP
}

func encode(parts []part) (b []byte) {
	for _, p := range parts {
		b = p.Append(b)
	}
	return b
}

// fixed gives the only length of the values of a type.
var fixed = map[string]int{
	"Integer32": 4, "Integer64": 8, "Unsigned32": 4, "Unsigned64": 8, "Float32": 4, "Float64": 8, "Enumerated": 4, "Time": 4,
}

var texts = map[string]bool{"UTF8String": true, "DiameterIdentity": true, "DiameterURI": true, "IPFilterRule": true, "QoSFilterRule": true}

func wire(a *diagen.AVP, data []byte) diameter.AVP {
	out := diameter.AVP{Code: diameter.AVPCode(a.Code), Vendor: diameter.VendorID(a.Vendor), Data: data}
	if a.Mandatory {
		out.Flags = diameter.AVPMandatory
	}
	return out
}

// example makes the AVP with its least value, zero-filled.
func example(a *diagen.AVP) diameter.AVP {
	n := fixed[a.Type]
	if a.Type == "Address" {
		n = 6
	}
	data := make([]byte, n)
	if g := a.Group(); g != nil {
		for _, it := range g.Items {
			for range it.Min {
				data = example(a.Scope().AVP(it.Name)).Append(data)
			}
		}
	}
	return wire(a, data)
}

// value makes a value of an AVP at random; need names members that a group must have besides.
func value(r *rand.Rand, a *diagen.AVP, n amount, need []string) []byte {
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	switch {
	case a.Group() != nil:
		own := func(group string) []string {
			if group == "" {
				return need
			}
			return nil
		}
		return encode(members(r, a.Scope(), a.Group(), min(n, some), own, false)) // much in each of many would be too much
	case fixed[a.Type] > 0:
		return random(fixed[a.Type])
	case texts[a.Type]:
		return fmt.Appendf(nil, "%s-%d.example.com", "x", r.IntN(1e9))
	case a.Type == "Address":
		family := [...]byte{1, 2, 8}[r.IntN(3)]
		return append([]byte{0, family}, random(map[byte]int{1: 4, 2: 16, 8: r.IntN(16)}[family])...)
	}
	return random(r.IntN(20))
}

// members makes AVPs in the order of a grammar. need tells for a group what it must have besides, and for "" what the
// grammar itself must.
func members(r *rand.Rand, f *diagen.File, g *diagen.Grammar, n amount, need func(group string) []string, message bool) (out []part) {
	has := func(name string) bool {
		return message && slices.ContainsFunc(g.Items, func(it *diagen.Item) bool { return it.Name == name && it.Max == 1 })
	}
	for _, it := range g.Items {
		count := int(it.Min)
		if n == some && (it.Max == 0 || it.Max > it.Min) {
			count += r.IntN(2)
		} else if n == much {
			count = max(int(it.Max), count)
			if it.Max == 0 {
				count += 3
			}
		}
		if slices.Contains(need(""), it.Name) {
			count = max(count, 1)
		}
		if it.Name == "AVP" {
			for i := range count {
				out = append(out, part{nil, unknown(r, i)})
			}
			continue
		}
		a := f.AVP(it.Name)
		switch {
		case has("Result-Code") && it.Name == "Result-Code":
			count = 1
			if has("Experimental-Result") && r.IntN(2) == 0 { // takes the place of Result-Code
				x := f.AVP("Experimental-Result")
				b := binary.BigEndian.AppendUint32(nil, 10415)
				c := binary.BigEndian.AppendUint32(nil, 1+r.Uint32N(6000))
				data := wire(x.Scope().AVP("Experimental-Result-Code"), c).Append(wire(x.Scope().AVP("Vendor-Id"), b).Append(nil))
				out = append(out, part{it, wire(x, data)})
				continue
			}
		case has("Result-Code") && it.Name == "Experimental-Result":
			continue
		}
		for range count {
			data := value(r, a, n, need(it.Name))
			if c, ok := f.Constant(it.Name); ok && message {
				data = binary.BigEndian.AppendUint32(nil, c)
			} else if has("Result-Code") && it.Name == "Result-Code" {
				data = binary.BigEndian.AppendUint32(nil, 1+r.Uint32N(6000))
			}
			out = append(out, part{it, wire(a, data)})
		}
	}
	return out
}

// unknown makes an AVP that no dictionary knows, of a vendor or of none.
func unknown(r *rand.Rand, i int) diameter.AVP {
	a := diameter.AVP{Code: diameter.AVPCode(0xff000000 | r.Uint32()), Data: []byte("unknown")[:r.IntN(8)]}
	if i%2 == 0 {
		a.Vendor = 4242
	}
	return a
}

func (c *conform) make(r *rand.Rand, n amount) []part {
	return members(r, c.f, c.g, n, c.within, c.message)
}

func (c *conform) run() {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		b := encode(c.make(r, amount(i%3)))
		x := fresh(c.e)
		require.NoError(c, x.DecodeAVPs(b), "%x", b)
		again, err := x.AppendAVPs(nil)
		require.NoError(c, err)
		require.Equal(c, b, again)
		require.NotEmpty(c, x.String())
		if i > int(much) {
			continue
		}
		for n := 0; n < len(b); n += 1 + len(b)/1000 { // any part, and any octet wrong
			c.anything(b[:n])
			bad := slices.Clone(b)
			bad[n] ^= byte(1 + r.IntN(255))
			c.anything(bad)
		}
	}
	for _, it := range c.g.Items {
		if it.Name != "AVP" {
			c.Run(it.Name, func(t *testing.T) {
				one := *c
				one.T = t
				one.item(r, it)
			})
		}
	}
	c.needs(r)
	c.strangers(r)
	c.memory(r)
}

// anything wants b decoded, or refused with an AVPError.
func (c *conform) anything(b []byte) {
	if err := fresh(c.e).DecodeAVPs(b); err != nil {
		require.IsType(c, (*diameter.AVPError)(nil), err)
	}
}

// refused wants the AVPs refused, with a result and Failed-AVP.
func (c *conform) refused(parts []part, want diameter.Result, failed diameter.AVP) {
	c.Helper()
	c.fault(fresh(c.e).DecodeAVPs(encode(parts)), want, failed)
}

func (c *conform) fault(err error, want diameter.Result, failed diameter.AVP) {
	c.Helper()
	var e *diameter.AVPError
	require.ErrorAs(c, err, &e)
	require.Equal(c, want.String(), e.Result.String(), e)
	require.Equal(c, failed.Append(nil), e.Failed)
}

// item checks what concerns one AVP of the grammar.
func (c *conform) item(r *rand.Rand, it *diagen.Item) {
	a := c.f.AVP(it.Name)
	result := c.message && slices.ContainsFunc(c.g.Items, func(it *diagen.Item) bool { return it.Name == "Result-Code" && it.Max == 1 })
	if result && it.Name == "Experimental-Result" {
		return // goes with Result-Code
	}
	result = result && it.Name == "Result-Code"
	parts := c.make(r, some)
	others := slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.item == it })
	instance := func() part {
		data := value(r, a, least, c.within(it.Name))
		if result {
			data = []byte{0, 0, 7, 0xd1}
		}
		return part{it, wire(a, data)}
	}

	if it.Min > 0 || result { // missing
		few := others
		for range max(it.Min, 1) - 1 {
			few = append(few, instance())
		}
		c.refused(few, diameter.MissingAVP, example(a))
		c.cannotEncode(parts, a, it, result)
	}
	if it.Max > 0 { // too many
		many := others
		for range it.Max {
			many = append(many, instance())
		}
		require.NoError(c, fresh(c.e).DecodeAVPs(encode(many)))
		many = append(many, instance())
		c.refused(many, diameter.AVPOccursTooManyTimes, many[len(many)-1].AVP)
		if it.Max > 1 {
			x := fresh(c.e)
			require.NoError(c, x.DecodeAVPs(encode(parts)))
			v := reflect.ValueOf(x).Elem().FieldByName(a.GoName())
			v.Set(reflect.MakeSlice(v.Type(), int(it.Max)+1, int(it.Max)+1))
			_, err := x.AppendAVPs(nil)
			c.fault(err, diameter.AVPOccursTooManyTimes, example(a))
		}
	}
	bad := func(want diameter.Result, data []byte) {
		c.Helper()
		p := part{it, wire(a, data)}
		c.refused(append(slices.Clone(others), p), want, p.AVP)
	}
	switch n := fixed[a.Type]; { // wrong values
	case n > 0:
		for _, wrong := range []int{0, n - 1, n + 1, 2 * n} {
			bad(diameter.InvalidAVPLength, make([]byte, wrong))
		}
	case a.Type == "Address":
		for _, b := range [][]byte{{}, {0}, {0, 1}, {0, 1, 1, 2, 3}, {0, 1, 1, 2, 3, 4, 5}, {0, 2, 1, 2, 3, 4}} {
			bad(diameter.InvalidAVPLength, b)
		}
		bad(diameter.InvalidAVPLength, append([]byte{0, 2}, make([]byte, 17)...))
	case a.Type == "DiameterIdentity":
		bad(diameter.InvalidAVPValue, nil)
		bad(diameter.InvalidAVPValue, []byte("a b"))
	case texts[a.Type]:
		bad(diameter.InvalidAVPValue, []byte{0xff})
		if it.Min > 0 && !a.MayBeEmpty() {
			bad(diameter.InvalidAVPValue, nil)
		}
	}
}

// cannotEncode takes a required AVP away where Go can be without it.
func (c *conform) cannotEncode(parts []part, a *diagen.AVP, it *diagen.Item, result bool) {
	if _, ok := c.f.Constant(it.Name); ok && c.message {
		return
	}
	x := fresh(c.e)
	require.NoError(c, x.DecodeAVPs(encode(parts)))
	name := a.GoName()
	if result {
		name = "Result"
	}
	v := reflect.ValueOf(x).Elem().FieldByName(name)
	repeated := it.Max != 1
	if !result && !repeated && (fixed[a.Type] > 0 && a.Type != "Time" || a.Group() != nil || a.MayBeEmpty()) {
		return // always there
	}
	v.SetZero()
	_, err := x.AppendAVPs(nil)
	c.fault(err, diameter.MissingAVP, example(a))
}

// needs takes away what the grammar wants within its groups.
func (c *conform) needs(r *rand.Rand) {
	for _, p := range c.g.Needs() {
		parts := slices.DeleteFunc(c.make(r, least), func(x part) bool { return x.item != nil && x.item.Name == p[0].Name })
		i := slices.IndexFunc(c.g.Items, func(it *diagen.Item) bool { return it.Name == p[0].Name })
		others := slices.DeleteFunc(c.within(p[0].Name), func(name string) bool { return name == p[1].Name })
		parts = append(parts, part{c.g.Items[i], wire(p[0], value(r, p[0], least, others))})
		c.refused(parts, diameter.MissingAVP, wire(p[0], example(p[1]).Append(nil)))
	}
}

// within gives the members that the grammar wants within a group.
func (c *conform) within(group string) (names []string) {
	for _, p := range c.g.Needs() {
		if p[0].Name == group {
			names = append(names, p[1].Name)
		}
	}
	return names
}

// strangers adds AVPs that the grammar does not name.
func (c *conform) strangers(r *rand.Rand) {
	parts := c.make(r, least)
	i := slices.IndexFunc(c.g.Items, func(it *diagen.Item) bool { return it.Name == "AVP" })
	for n := range 2 {
		a := unknown(r, n)
		with := append(slices.Clone(parts), part{nil, a})
		x := fresh(c.e)
		require.NoError(c, x.DecodeAVPs(encode(with)))
		b, err := x.AppendAVPs(nil)
		require.NoError(c, err)
		if i < 0 {
			require.Equal(c, encode(parts), b) // it is ignored
		} else {
			require.Equal(c, encode(with), b)
		}
		a.Flags = diameter.AVPMandatory
		c.refused(append(slices.Clone(parts), part{nil, a}), diameter.AVPUnsupported, a)
	}
	if i >= 0 && c.g.Items[i].Max > 0 {
		for range c.g.Items[i].Max + 1 {
			parts = append(parts, part{nil, unknown(r, 0)})
		}
		c.refused(parts, diameter.AVPOccursTooManyTimes, parts[len(parts)-1].AVP)
	}
	for _, a := range c.f.AVPs {
		if i < 0 && !slices.ContainsFunc(c.g.Items, func(it *diagen.Item) bool { return it.Name == a.Name }) {
			stray := wire(a, nil)
			c.refused(append(c.make(r, least), part{nil, stray}), diameter.AVPNotAllowed, stray)
		}
	}
}

// memory decodes the shortest AVPs that make the decoder allocate, as many as a message can have, and looks at what it
// takes: the octets once more for texts, and for each AVP the value that it becomes, several times over since slices grow
// step by step.
func (c *conform) memory(r *rand.Rand) {
	for _, it := range append(c.g.Items[:len(c.g.Items):len(c.g.Items)], nil) {
		p := unknown(r, 1)
		size := int(reflect.TypeFor[diameter.AVP]().Size())
		switch {
		case it == nil:
			p.Data = nil
		case it.Max != 0 || it.Name == "AVP":
			continue
		default:
			a := c.f.AVP(it.Name)
			p = wire(a, nil)
			if f, ok := reflect.TypeOf(c.e).Elem().FieldByName(a.GoName()); ok {
				size = int(f.Type.Elem().Size())
			}
		}
		b := bytes.Repeat(p.Append(nil), diameter.MaxAVPs)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = fresh(c.e).DecodeAVPs(b)
		runtime.ReadMemStats(&after)
		limit := uint64(len(b) + 6*size*diameter.MaxAVPs + 1<<16)
		require.LessOrEqual(c, after.TotalAlloc-before.TotalAlloc, limit, "%v", p)
	}
}
