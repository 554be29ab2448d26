package bench

func (r *role) build() error { return nil }
