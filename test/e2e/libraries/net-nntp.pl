# Net::NNTP (perl), driven by library.ts.
use strict;
use warnings;
use MIME::Base64 qw(encode_base64 decode_base64);
use Net::NNTP;

$| = 1;
my $news;

my %verbs = (
  connect => sub {
    my ($host, $port, $security, $certificate) = @_;
    my %tls = (SSL_ca_file => $certificate);
    $news = Net::NNTP->new($host, Port => $port, $security eq 'nntps' ? (SSL => 1, %tls) : ()) or die "connect: $@\n";
    if ($security eq 'starttls') { $news->starttls(%tls) or die "starttls: $@\n" }
  },
  login => sub { $news->authinfo(@_) or refused() },
  groups => sub { sort keys %{$news->list // refused()} },
  group => sub {
    my ($count, $low, $high) = $news->group($_[0]) or refused();
    "$count\t$low\t$high";
  },
  over => sub {
    my $rows = $news->xover([@_]) // refused();
    map { join "\t", $_, @{$rows->{$_}}[0, 1, 3, 4] } sort { $a <=> $b } keys %$rows;
  },
  article => sub { map { s/\r?\n\z//r } @{$news->article($_[0]) // refused()} },
  newnews => sub { @{$news->newnews($_[1], $_[0]) // refused()} },
  post => sub { $news->post(map { "$_\n" } split /\n/, decode_base64($_[0]), -1) or refused() },
  quit => sub { $news->quit },
);

# What is not a refusal of the server ends the program.
sub refused { die { refused => $news->code . ' ' . $news->message } }

while (my $line = <STDIN>) {
  chomp $line;
  my ($verb, @words) = split /\t/, $line, -1;
  my @said = eval { $verbs{$verb}->(@words) };
  if (ref $@) { my $text = $@->{refused}; $text =~ s/\s+\z//; print "no $text\n"; next }
  die $@ if $@;
  if ($verb =~ /^(groups|group|over|article|newnews)$/) { print '=', encode_base64($_, ''), "\n" for @said }
  print "ok\n";
}
