package nidd

import (
	"context"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// Dynamic RDS ports (TS 29.122 §4.4.5.6) need feature Rds_dynamic_port, which Features does not offer: no configuration
// has a port, and none can be reserved.

// Ports lists the reserved RDS ports of a configuration: none.
func (p *Procedure) Ports(ctx context.Context, scsas id.SCSASID, configID string) ([]t8.ManagePort, error) {
	if err := p.portsOf(ctx, "nidd.Ports", scsas, configID); err != nil {
		return nil, err
	}
	return []t8.ManagePort{}, nil
}

// Port reads a reserved RDS port: fault.NotFound.
func (p *Procedure) Port(ctx context.Context, scsas id.SCSASID, configID, portID string) (*t8.ManagePort, error) {
	const op = "nidd.Port"
	if err := p.portsOf(ctx, op, scsas, configID); err != nil {
		return nil, err
	}
	return nil, fault.New(op, fault.NotFound, "no such port")
}

// ReservePort reserves an RDS port: fault.OperationProhibited.
func (p *Procedure) ReservePort(ctx context.Context, scsas id.SCSASID, configID, portID string, port *t8.ManagePort) (*t8.ManagePort, error) {
	const op = "nidd.ReservePort"
	if err := p.portsOf(ctx, op, scsas, configID); err != nil {
		return nil, err
	}
	return nil, noPorts(op)
}

// ReleasePort releases an RDS port: fault.OperationProhibited.
func (p *Procedure) ReleasePort(ctx context.Context, scsas id.SCSASID, configID, portID string) (bool, error) {
	const op = "nidd.ReleasePort"
	if err := p.portsOf(ctx, op, scsas, configID); err != nil {
		return false, err
	}
	return false, noPorts(op)
}

func (p *Procedure) portsOf(ctx context.Context, op string, scsas id.SCSASID, configID string) error {
	return p.viewOfConfig(ctx, op, scsas, configID, func(store.Reader, *Config) error { return nil })
}

func noPorts(op string) error {
	return fault.New(op, fault.OperationProhibited, "feature Rds_dynamic_port is not offered")
}
