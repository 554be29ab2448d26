package godiameter_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"
	"github.com/fiorix/go-diameter/v4/diam/sm"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/godiameter"
	"github.com/scefkit/scefkit/t6a"
)

// The T6a end of an SCEF on go-diameter. The handler answers MO data itself; in an SCEF it is the one that nidd.Procedure
// gives, and nidd.Deps takes the Adapter as Transport.
func Example() {
	self := diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
	dictionary := dict.Default
	if err := godiameter.LoadDictionary(dictionary, godiameter.T6a()); err != nil {
		log.Fatal(err)
	}
	adapter, err := godiameter.New(self, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer adapter.Close()
	handle := func(_ context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		var odr t6a.ODR
		if err := diameter.Decode(req, &odr); err != nil {
			return diameter.ErrorAnswerFor(req, self, err), nil
		}
		fmt.Printf("%d octets from %s\n", len(odr.NonIPData), from.Host)
		ans, err := diameter.NewAnswer(req, &t6a.ODA{
			SessionID: odr.SessionID, Result: diameter.Success, OriginHost: self.Host, OriginRealm: self.Realm,
		})
		if err != nil {
			return diameter.ErrorAnswerFor(req, self, err), nil
		}
		return ans, nil
	}
	adapter.Handle(t6a.App, diameter.HandlerFunc(handle))

	machine := sm.New(&sm.Settings{
		OriginHost: datatype.DiameterIdentity(self.Host), OriginRealm: datatype.DiameterIdentity(self.Realm),
		VendorID: datatype.Unsigned32(diameter.Vendor3GPP), ProductName: "example", Dict: dictionary,
	})
	adapter.Register(machine, godiameter.T6a())
	adapter.Watch(machine) // MMEs that connect become destinations of adapter.Do
	l, err := net.Listen("tcp", "localhost:3868")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal((&diam.Server{Handler: machine, Dict: dictionary}).Serve(l))
}
