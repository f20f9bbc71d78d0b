/* The shortest epoll server in C, to compare with: it takes every chunk for one PING, and parses nothing. */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 4096) < 0) return 1;
	getsockname(listener, (struct sockaddr *)&address, &length);
	printf("C epoll listening on 127.0.0.1:%d (pid %d)\n", ntohs(address.sin_port), getpid());
	fflush(stdout);

	int epoll = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[512];
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	static char bytes[65536];
	for (;;) {
		int count = epoll_wait(epoll, events, 512, -1);
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			if (fd == listener) {
				while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
					event.data.fd = fd;
					epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
				}
			} else if (read(fd, bytes, sizeof bytes) <= 0 || write(fd, "PONG\n", 5) != 5) {
				close(fd);
			}
		}
	}
}
