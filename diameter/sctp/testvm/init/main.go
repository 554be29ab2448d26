//go:build linux

// Command init is the first and only process of the virtual machine in which the tests of SCTP run: it loads the modules of
// the kernel, runs the test binaries one after the other, prints how they ended, and switches the machine off.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	begin := time.Now()
	if err := prepare(); err != nil {
		fmt.Println("init:", err)
	} else {
		fmt.Printf("init: ready after %v\n", time.Since(begin).Round(time.Millisecond))
		run()
	}
	syscall.Sync()
	_ = syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
}

// prepare mounts what a process expects, loads the modules in the order of their names, and brings the loopback up.
func prepare() error {
	for _, m := range []struct{ kind, at string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}} {
		if err := os.MkdirAll(m.at, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	modules, err := filepath.Glob("/modules/*.ko")
	if err != nil {
		return err
	}
	for _, name := range modules {
		image, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		options := append([]byte{}, 0)
		if strings.HasSuffix(name, "dummy.ko") {
			options = []byte("numdummies=0\x00")
		}
		_, _, e := syscall.Syscall(syscall.SYS_INIT_MODULE, uintptr(unsafe.Pointer(&image[0])), uintptr(len(image)),
			uintptr(unsafe.Pointer(&options[0])))
		if e != 0 && e != syscall.EEXIST {
			return fmt.Errorf("load %s: %w", name, e)
		}
	}
	return loopbackUp()
}

func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(fd) }()
	var req struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(req.name[:], "lo")
	req.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req))); e != 0 {
		return e
	}
	return nil
}

// run runs each binary of /tests with the arguments of the file /args, one in each line. The last line that it prints is
// for run.sh.
func run() {
	text, _ := os.ReadFile("/args")
	args := strings.Fields(string(text))
	tests, _ := filepath.Glob("/tests/*")
	failed := len(tests) == 0
	for _, name := range tests {
		begin := time.Now()
		c := exec.CommandContext(context.Background(), name, args...)
		c.Dir, c.Stdout, c.Stderr = "/tmp", os.Stdout, os.Stdout
		c.Env = append(os.Environ(), "HOME=/tmp", "SCTP_REQUIRED=1")
		err := c.Run()
		failed = failed || err != nil
		fmt.Printf("init: %s ended after %v: %v\n", filepath.Base(name), time.Since(begin).Round(time.Millisecond), err)
	}
	if failed {
		fmt.Println("init: FAILED")
		return
	}
	fmt.Println("init: PASSED")
}
