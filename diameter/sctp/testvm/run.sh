#!/usr/bin/env bash
# Runs the tests of diameter/sctp in a virtual machine with a kernel that has SCTP. Needs Go, cpio, qemu-system-x86_64 and
# the means to fetch a Debian package (apt-get download, dpkg-deb); nothing of it is installed. Arguments go to the test
# binary (as -test.run=Node). RACE=1 builds it with the race detector. VM_TIMEOUT is the limit for the machine in seconds.
set -euo pipefail
cd "$(dirname "$0")"

cache="${TMPDIR:-/tmp}/scefkit-testvm"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel: that of the cloud flavour, which is the smaller one.
if [ ! -e "$cache/vmlinuz" ]; then
  mkdir -p "$cache"
  apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 || apt-get update -q
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
  (cd "$work" && apt-get download -q "$package")
  dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
  for m in kernel/lib/libcrc32c kernel/net/ipv4/udp_tunnel kernel/net/ipv6/ip6_udp_tunnel kernel/net/sctp/sctp kernel/drivers/net/dummy; do
    cp "$work"/kernel/lib/modules/*/"$m".ko "$cache/"
  done
  cp "$work"/kernel/boot/vmlinuz-* "$cache/vmlinuz.new"
  mv "$cache/vmlinuz.new" "$cache/vmlinuz"
fi

# Its file system: init, the modules in the order in which they are loaded, and the tests.
root="$work/root"
mkdir -p "$root"/{dev,etc,proc,sys,tmp,modules,tests}
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -o "$root/init" ./init
if [ -n "${RACE:-}" ]; then
  CGO_ENABLED=1 GOOS=linux GOARCH=amd64 go test -race -ldflags='-linkmode external -extldflags -static' -c -o "$root/tests/sctp" ..
else
  CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go test -c -o "$root/tests/sctp" ..
fi
limit="${VM_TIMEOUT:-240}"
i=0
for m in libcrc32c udp_tunnel ip6_udp_tunnel sctp dummy; do
  i=$((i + 1))
  cp "$cache/$m.ko" "$root/modules/$i-$m.ko"
done
printf '%s\n' -test.v=true "-test.timeout=$((limit - 20))s" "$@" >"$root/args"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$work/initramfs"

timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nodefaults -no-reboot \
  -display none -serial stdio -kernel "$cache/vmlinuz" -initrd "$work/initramfs" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on" </dev/null | tee "$work/log" || true
grep -q "init: PASSED" "$work/log" || { echo "the tests in the machine did not pass"; exit 1; }
