# What inetd does: inetd.pl PORT COMMAND… runs the command for each connection to that port of the loopback.
use strict;
use warnings;
use IO::Socket::INET;

my ($port, @command) = @ARGV;
$SIG{CHLD} = 'IGNORE';
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1)
  or die "port $port: $!";
while (1) {
    my $socket = $listener->accept or next;
    defined(my $child = fork) or die "fork: $!";
    if ($child == 0) {
        open STDIN, '<&', $socket or die $!;
        open STDOUT, '>&', $socket or die $!;
        exec @command or die "$command[0]: $!";
    }
    close $socket;
}
