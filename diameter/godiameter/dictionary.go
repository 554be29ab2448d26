package godiameter

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/avp"
	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
)

// App is an application that go-diameter is to carry.
type App struct {
	ID       diameter.ApplicationID
	Vendor   diameter.VendorID // stands in CEA; 0 for none
	Name     string            // in what go-diameter prints; default "Application-" and the ID
	Commands []diameter.CommandCode
}

// Commands of TS 29.336 that T6a and T6b have, too (TS 29.128 §6.2).
const (
	codeConfiguration diameter.CommandCode = 8388718
	codeReporting     diameter.CommandCode = 8388719
)

// T6a is the application of T6a and T6b.
func T6a() App {
	return App{ID: t6a.App, Vendor: diameter.Vendor3GPP, Name: "3GPP T6a",
		Commands: []diameter.CommandCode{t6a.CodeCMR, t6a.CodeODR, t6a.CodeTDR, codeConfiguration, codeReporting}}
}

// S6t is the application of S6t.
func S6t() App {
	return App{ID: s6t.App, Vendor: diameter.Vendor3GPP, Name: "3GPP S6t",
		Commands: []diameter.CommandCode{s6t.CodeNIR, codeConfiguration, codeReporting}}
}

// Advertisement is the Vendor-Specific-Application-Id of a, as sm.Client takes it.
func (a App) Advertisement() *diam.AVP {
	return diam.NewAVP(avp.VendorSpecificApplicationID, avp.Mbit, 0, &diam.GroupedAVP{AVP: []*diam.AVP{
		diam.NewAVP(avp.VendorID, avp.Mbit, 0, datatype.Unsigned32(a.Vendor)),
		diam.NewAVP(avp.AuthApplicationID, avp.Mbit, 0, datatype.Unsigned32(a.ID)),
	}})
}

// LoadDictionary makes p, which has the base protocol, accept apps. It is called once, after all other dictionaries were
// loaded and before p is used; dict.Default will do.
//
// Within apps every AVP of the base protocol becomes an OctetString, and others are unknown: go-diameter then carries all
// values as they are, and never ends a connection over one of them, which is left to the handler. An application that p
// already has is an error. So is p without the base protocol.
func LoadDictionary(p *dict.Parser, apps ...App) error {
	base, err := baseAVPs(p)
	if err != nil {
		return err
	}
	file := dict.File{}
	for _, a := range apps {
		if _, err := p.App(uint32(a.ID)); err == nil {
			return fmt.Errorf("godiameter: the dictionary already has application %d", a.ID)
		}
		if a.Name == "" {
			a.Name = fmt.Sprintf("Application-%d", a.ID)
		}
		app := &dict.App{ID: uint32(a.ID), Type: "auth", Name: a.Name, AVP: base}
		if a.Vendor != 0 {
			app.Vendor = []*dict.Vendor{{ID: uint32(a.Vendor)}}
		}
		for _, c := range a.Commands {
			rules := dict.CommandRule{Rule: []*dict.Rule{{AVP: "Session-Id"}}} // without a rule a command is refused
			name := fmt.Sprintf("Command-%d", c)
			app.Command = append(app.Command, &dict.Command{Code: uint32(c), Name: name, Short: name + "-", Request: rules, Answer: rules})
		}
		file.App = append(file.App, app)
	}
	text, err := xml.Marshal(file)
	if err != nil {
		return err
	}
	return p.Load(bytes.NewReader(text))
}

// baseAVPs returns the AVPs of the base protocol, as octets.
func baseAVPs(p *dict.Parser) ([]*dict.AVP, error) {
	var out []*dict.AVP
	for _, a := range p.Apps() {
		if a.ID != uint32(diameter.AppBase) {
			continue
		}
		for _, d := range a.AVP {
			out = append(out, &dict.AVP{Name: d.Name, Code: d.Code, VendorID: d.VendorID, Data: dict.Data{TypeName: "OctetString"}})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("godiameter: the dictionary lacks the base protocol")
	}
	return out, nil
}
