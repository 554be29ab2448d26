package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// ECRControl returns the API for enhanced coverage. A request without SCSASID is sent with that of the call.
func (c *Client) ECRControl() ECRControl {
	return ecrClient{caller{c, "3gpp-ecr-control", "/3gpp-ecr-control/v1"}}
}

// ecrClient is ECRControl over HTTP.
type ecrClient struct{ caller }

var _ ECRControl = ecrClient{}

func (n ecrClient) Query(ctx context.Context, scsas id.SCSASID, req *ECRRequest) (*ECRData, error) {
	return n.ask(ctx, "QueryECRControl", "/query", scsas, req)
}

func (n ecrClient) Configure(ctx context.Context, scsas id.SCSASID, req *ECRRequest) (*ECRData, error) {
	return n.ask(ctx, "ConfigureECRControl", "/configure", scsas, req)
}

func (n ecrClient) ask(ctx context.Context, operation, path string, scsas id.SCSASID, req *ECRRequest) (*ECRData, error) {
	body := *req
	if body.SCSASID == "" {
		body.SCSASID = scsas
	}
	return exchange[ECRData](ctx, n.caller, request{operation: operation, scsas: scsas, uri: n.c.root + n.base + path, body: &body})
}
