package oauth_test

import (
	"fmt"

	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/policy/oauth"
)

// Access tokens of an authorisation server and static tokens side by side.
func ExampleNew() {
	tokens, err := oauth.New(oauth.Options{
		Issuer: "https://login.example", Audience: "https://scef.example", JWKS: "https://login.example/keys",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	static, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: "as1", Tokens: []string{"a-long-token-of-as1"}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	auth := policy.FirstOf(static, tokens)
	_, challenge, _ := auth.Authenticate(bearer("unknown"))
	fmt.Println(challenge)
	// Output: Bearer realm="t8", error="invalid_token"
}
