import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';

// In a single file that `java` compiles by itself.
const SERVER = `
import com.sun.net.httpserver.HttpServer;
import java.net.*;
import java.util.concurrent.Executors;

class Server {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(80), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext("/", exchange -> {
      byte[] answer = ("hello " + exchange.getRemoteAddress().getAddress().getHostAddress() + "\\n").getBytes();
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
  }
}
`;
const CLIENT = `
import java.net.*;
import java.net.http.*;
import java.nio.charset.StandardCharsets;

class Client {
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (String url : args) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
      System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      byte[] bytes = "ping".getBytes(StandardCharsets.US_ASCII);
      socket.setSoTimeout(10000);
      socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress("echo", 7)));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      System.out.println(new String(answer.getData(), 0, answer.getLength()) + " " + answer.getPort());
    }
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) System.out.println(each.getName());
    System.out.println(InetAddress.getByName("web").getHostName() + " " + InetAddress.getLocalHost().getHostName());
    try {
      new Socket("web", 81);
    } catch (ConnectException error) {
      System.out.println(error.getMessage());
    }
  }
}
`;

describe('java', () => {
  it('serves HTTP to curl and to Java, and knows its network', { timeout: 60_000 }, async ({
    network,
    folder,
    skip,
  }) => {
    for (const name of ['java', 'curl', 'python3']) requireProgram(name, { skip });
    const web = network.host('web');
    const start = { listening: 80, timeoutMs: 40_000 };
    const small = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
    const server = await web.spawn('java', [...small, await folder.write('Server.java', SERVER)], start);
    const laptop = network.host('laptop');
    const urls = [`http://${web.ipv4}/`, `http://[${web.ipv6}]/`];
    const { stdout } = await laptop.run('curl', ['-sS', '--noproxy', '*', ...urls]);
    // Java writes an IPv6 address in full.
    const long = (ipv6: string) => ipv6.replace('::', ':0:0:0:0:0:');
    const greetings = [`hello ${laptop.ipv4}`, `hello ${long(laptop.ipv6)}`];
    expect(stdout.split('\n')).toEqual(greetings);

    const echo = `import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(('::', 7))
while True: s.sendto(*s.recvfrom(100))`;
    await network.host('echo').spawn('python3', ['-c', echo], { listening: { port: 7, transport: 'udp' } });
    const client = await laptop.run('java', [...small, await folder.write('Client.java', CLIENT), ...urls]);
    expect(client.stdout.split('\n')).toEqual([
      ...greetings,
      'ping 7',
      'eth0',
      'lo',
      'web laptop',
      'Connection refused',
    ]);
    await expectToStop(server);
  });
});
