package t8test

import (
	"context"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// nidd stands in for the NIDD procedure: every delivery is buffered, every port is free.
type nidd struct {
	configs    *table[t8.NIDDConfiguration]
	deliveries *table[t8.NIDDDownlinkDataTransfer]
	ports      *table[t8.ManagePort]
}

func newNIDD(root string) t8.NIDD {
	const api = "3gpp-nidd"
	return &nidd{
		newTable(root, api, func(v *t8.NIDDConfiguration) *string { return &v.Self }),
		newTable(root, api, func(v *t8.NIDDDownlinkDataTransfer) *string { return &v.Self }),
		newTable(root, api, func(v *t8.ManagePort) *string { return &v.Self }),
	}
}

func (n *nidd) Configurations(_ context.Context, s id.SCSASID) ([]t8.NIDDConfiguration, error) {
	return n.configs.list(n.configs.uri(s, "configurations"))
}

func (n *nidd) CreateConfiguration(_ context.Context, s id.SCSASID, cfg *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
	c := *cfg
	c.MaximumPacketSize, c.Status = 12800, t8.NIDDActive
	return n.configs.create(n.configs.uri(s, "configurations"), &c)
}

func (n *nidd) config(s id.SCSASID, c string, more ...string) string {
	return n.configs.uri(s, append([]string{"configurations", c}, more...)...)
}

func (n *nidd) Configuration(_ context.Context, s id.SCSASID, c string) (*t8.NIDDConfiguration, error) {
	return n.configs.get(n.config(s, c))
}

func (n *nidd) ModifyConfiguration(_ context.Context, s id.SCSASID, c string, p *t8.NIDDConfigurationPatch) (*t8.NIDDConfiguration, error) {
	return n.configs.change(n.config(s, c), p.Apply)
}

func (n *nidd) DeleteConfiguration(_ context.Context, s id.SCSASID, c string) error {
	return n.configs.remove(n.config(s, c))
}

const deliveries, ports = "downlink-data-deliveries", "rds-ports"

func (n *nidd) Deliveries(_ context.Context, s id.SCSASID, c string) ([]t8.NIDDDownlinkDataTransfer, error) {
	return n.deliveries.list(n.config(s, c, deliveries))
}

func (n *nidd) CreateDelivery(_ context.Context, s id.SCSASID, c string, x *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	d := *x
	d.DeliveryStatus = t8.DeliveryBuffering
	return n.deliveries.create(n.config(s, c, deliveries), &d)
}

func (n *nidd) Delivery(_ context.Context, s id.SCSASID, c, d string) (*t8.NIDDDownlinkDataTransfer, error) {
	return n.deliveries.get(n.config(s, c, deliveries, d))
}

func (n *nidd) ReplaceDelivery(_ context.Context, s id.SCSASID, c, d string, x *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	return n.deliveries.replace(n.config(s, c, deliveries, d), x)
}

func (n *nidd) ModifyDelivery(_ context.Context, s id.SCSASID, c, d string, p *t8.NIDDDownlinkDataTransferPatch) (*t8.NIDDDownlinkDataTransfer, error) {
	return n.deliveries.change(n.config(s, c, deliveries, d), p.Apply)
}

func (n *nidd) CancelDelivery(_ context.Context, s id.SCSASID, c, d string) error {
	return n.deliveries.remove(n.config(s, c, deliveries, d))
}

func (n *nidd) Ports(_ context.Context, s id.SCSASID, c string) ([]t8.ManagePort, error) {
	return n.ports.list(n.config(s, c, ports))
}

func (n *nidd) Port(_ context.Context, s id.SCSASID, c, p string) (*t8.ManagePort, error) {
	return n.ports.get(n.config(s, c, ports, p))
}

func (n *nidd) ReservePort(_ context.Context, s id.SCSASID, c, p string, x *t8.ManagePort) (*t8.ManagePort, error) {
	m := *x
	m.ManageEntity = t8.ManagedByAS
	return n.ports.put(n.config(s, c, ports, p), &m)
}

func (n *nidd) ReleasePort(_ context.Context, s id.SCSASID, c, p string) (bool, error) {
	return true, n.ports.remove(n.config(s, c, ports, p))
}
