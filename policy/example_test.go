package policy_test

import (
	"fmt"
	"net/http"
	"net/netip"

	"github.com/scefkit/scefkit/policy"
)

func ExampleNewStatic() {
	p, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: "as1", Tokens: []string{"a-token-of-sixteen-or-more"}, APIs: []string{"3gpp-nidd"}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := &http.Request{Header: http.Header{"Authorization": {"Bearer a-token-of-sixteen-or-more"}}}
	scsas, _, err := p.Authenticate(r)
	fmt.Println(scsas.ID, err)
	fmt.Println(p.CheckAddr(netip.MustParseAddrPort("10.1.2.3:443")))
	fmt.Println(p.CheckAddr(netip.MustParseAddrPort("10.2.2.3:443")) != nil)
	// Output:
	// as1 <nil>
	// <nil>
	// true
}
