var e=Object.defineProperty,t=(t,n)=>{let r={};for(var i in t)e(r,i,{get:t[i],enumerable:!0});return n||e(r,Symbol.toStringTag,{value:`Module`}),r},n=()=>({text:``,attachments:[],markAsDone:!1,hold:!0,sendAt:``,sample:null,blank:!1,template:{name:``,language:`en`,parameters:``}}),r=7,i=`mass-reply:draft:`,a=class{#e;constructor(...e){this.#e=i+o(JSON.stringify(e))}load(){try{let e=JSON.parse(localStorage.getItem(this.#e)??`null`);return e&&Date.now()-Date.parse(e.at)<r*864e5?{...e,draft:{...n(),...e.draft}}:null}catch{return null}}save(e,t){try{localStorage.setItem(this.#e,JSON.stringify({draft:e,id:t,at:(/* @__PURE__ */ new Date()).toISOString()}))}catch{}}forget(){try{localStorage.removeItem(this.#e)}catch{}}};function o(e){let t=14695981039346656037n;for(let n=0;n<e.length;n++)t=BigInt.asUintN(64,(t^BigInt(e.charCodeAt(n)))*1099511628211n);return t.toString(16)}var s=globalThis,c=s.ShadowRoot&&(s.ShadyCSS===void 0||s.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,l=Symbol(),u=/* @__PURE__ */ new WeakMap,d=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==l)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(c&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=u.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&u.set(t,e))}return e}toString(){return this.cssText}},ee=e=>new d(typeof e==`string`?e:e+``,void 0,l),f=(e,...t)=>new d(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,l),te=(e,t)=>{if(c)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let n of t){let t=document.createElement(`style`),r=s.litNonce;r!==void 0&&t.setAttribute(`nonce`,r),t.textContent=n.cssText,e.appendChild(t)}},ne=c?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return ee(t)})(e):e,{is:re,defineProperty:ie,getOwnPropertyDescriptor:ae,getOwnPropertyNames:oe,getOwnPropertySymbols:se,getPrototypeOf:ce}=Object,p=globalThis,le=p.trustedTypes,ue=le?le.emptyScript:``,de=p.reactiveElementPolyfillSupport,m=(e,t)=>e,h={toAttribute(e,t){switch(t){case Boolean:e=e?ue:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},fe=(e,t)=>!re(e,t),pe={attribute:!0,type:String,converter:h,reflect:!1,useDefault:!1,hasChanged:fe};Symbol.metadata??=Symbol(`metadata`),p.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var g=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=pe){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&ie(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=ae(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??pe}static _$Ei(){if(this.hasOwnProperty(m(`elementProperties`)))return;let e=ce(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(m(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(m(`properties`))){let e=this.properties,t=[...oe(e),...se(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(ne(e))}else e!==void 0&&t.push(ne(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return te(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?h:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?h:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??fe)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};g.elementStyles=[],g.shadowRootOptions={mode:`open`},g[m(`elementProperties`)]=/* @__PURE__ */ new Map,g[m(`finalized`)]=/* @__PURE__ */ new Map,de?.({ReactiveElement:g}),(p.reactiveElementVersions??=[]).push(`2.1.2`);var me=globalThis,he=e=>e,_=me.trustedTypes,ge=_?_.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,_e=`$lit$`,v=`lit$${Math.random().toFixed(9).slice(2)}$`,ve=`?`+v,ye=`<${ve}>`,y=document,b=()=>y.createComment(``),x=e=>e===null||typeof e!=`object`&&typeof e!=`function`,S=Array.isArray,be=e=>S(e)||typeof e?.[Symbol.iterator]==`function`,C=`[ 	
\f\r]`,w=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,xe=/-->/g,Se=/>/g,T=RegExp(`>|${C}(?:([^\\s"'>=/]+)(${C}*=${C}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),Ce=/'/g,we=/"/g,Te=/^(?:script|style|textarea|title)$/i,Ee=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),E=Ee(1),De=Ee(2),D=Symbol.for(`lit-noChange`),O=Symbol.for(`lit-nothing`),Oe=/* @__PURE__ */ new WeakMap,k=y.createTreeWalker(y,129);function ke(e,t){if(!S(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return ge===void 0?t:ge.createHTML(t)}var Ae=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=w;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===w?c[1]===`!--`?o=xe:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=T):(Te.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=T):o=Se:o===T?c[0]===`>`?(o=i??w,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?T:c[3]===`"`?we:Ce):o===we||o===Ce?o=T:o===xe||o===Se?o=w:(o=T,i=void 0);let d=o===T&&e[t+1].startsWith(`/>`)?` `:``;a+=o===w?n+ye:l>=0?(r.push(s),n.slice(0,l)+_e+n.slice(l)+v+d):n+v+(l===-2?t:d)}return[ke(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},A=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=Ae(t,n);if(this.el=e.createElement(l,r),k.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=k.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(_e)){let t=u[o++],n=i.getAttribute(e).split(v),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Ne:r[1]===`?`?Pe:r[1]===`@`?Fe:M}),i.removeAttribute(e)}else e.startsWith(v)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Te.test(i.tagName)){let e=i.textContent.split(v),t=e.length-1;if(t>0){i.textContent=_?_.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],b()),k.nextNode(),c.push({type:2,index:++a});i.append(e[t],b())}}}else if(i.nodeType===8){if(i.data===ve)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(v,e+1))!==-1;)c.push({type:7,index:a}),e+=v.length-1}}a++}}static createElement(e,t){let n=y.createElement(`template`);return n.innerHTML=e,n}};function j(e,t,n=e,r){if(t===D)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=x(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=j(e,i._$AS(e,t.values),i,r)),t}var je=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??y).importNode(t,!0);k.currentNode=r;let i=k.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new Me(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Ie(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=k.nextNode(),a++)}return k.currentNode=y,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},Me=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=O,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=j(this,e,t),x(e)?e===O||e==null||e===``?(this._$AH!==O&&this._$AR(),this._$AH=O):e!==this._$AH&&e!==D&&this._(e):e._$litType$===void 0?e.nodeType===void 0?be(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==O&&x(this._$AH)?this._$AA.nextSibling.data=e:this.T(y.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=A.createElement(ke(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new je(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=Oe.get(e.strings);return t===void 0&&Oe.set(e.strings,t=new A(e)),t}k(t){S(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(b()),this.O(b()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=he(e).nextSibling;he(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},M=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=O,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=O}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=j(this,e,t,0),a=!x(e)||e!==this._$AH&&e!==D,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=j(this,r[n+o],t,o),s===D&&(s=this._$AH[o]),a||=!x(s)||s!==this._$AH[o],s===O?e=O:e!==O&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===O?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Ne=class extends M{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===O?void 0:e}},Pe=class extends M{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==O)}},Fe=class extends M{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=j(this,e,t,0)??O)===D)return;let n=this._$AH,r=e===O&&n!==O||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==O&&(n===O||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Ie=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){j(this,e)}},Le=me.litHtmlPolyfillSupport;Le?.(A,Me),(me.litHtmlVersions??=[]).push(`3.3.3`);var Re=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new Me(t.insertBefore(b(),e),e,void 0,n??{})}return i._$AI(e),i},ze=globalThis,N=class extends g{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Re(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return D}};N._$litElement$=!0,N.finalized=!0,ze.litElementHydrateSupport?.({LitElement:N});var Be=ze.litElementPolyfillSupport;Be?.({LitElement:N}),(ze.litElementVersions??=[]).push(`4.2.2`);var P=e=>(t,n)=>{n===void 0?customElements.define(e,t):n.addInitializer(()=>{customElements.define(e,t)})},Ve={attribute:!0,type:String,converter:h,reflect:!1,hasChanged:fe},He=(e=Ve,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function F(e){return(t,n)=>typeof n==`object`?He(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function I(e){return F({...e,state:!0,attribute:!1})}var Ue=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function L(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return Ue(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return Ue(n,r,{get(){return a(this)}})}}var R=class extends Error{constructor(e,t,n,r,i){super(n),this.status=e,this.code=t,this.detail=n,this.faults=r,this.retryAfter=i}},z=class extends Error{},B=class extends Error{},We=4,Ge=10,Ke=class{#e;constructor(e,t){this.base=e,this.getToken=t,this.#e=null,this.onBusy=()=>{},this.get=(e,t={})=>this.#t(`get`,e,t),this.post=(e,t={})=>this.#t(`post`,e,t),this.put=(e,t={})=>this.#t(`put`,e,t),this.delete=(e,t={})=>this.#t(`delete`,e,t)}async#t(e,t,n){let r=await this.fetch(qe(t,n),{method:e.toUpperCase(),body:n.body===void 0?void 0:JSON.stringify(n.body),headers:{...n.body===void 0?{}:{"Content-Type":`application/json`},...n.headers},signal:n.signal});return r.status===204?void 0:await r.json()}async fetch(e,t={}){for(let n=1,r=!1;;n++){let i=await this.#n(e,t);if(i.ok||i.status===304)return i;if(i.status===401){if(this.#e=null,r)throw new B;r=!0;continue}let a=await Je(i),o=a.retryAfter??Ge;if(a.status!==429&&a.status!==503||n>=We||o>Ge)throw a;this.onBusy(o),await V(o*1e3,t.signal),this.onBusy(0)}}async#n(e,t){let n=new Headers(t.headers);n.set(`Authorization`,`Bearer ${await this.#r()}`);try{return await fetch(this.base+e,{...t,headers:n,credentials:`omit`,cache:`no-store`})}catch(e){throw t.signal?.aborted?e:new z}}async#r(){try{return this.#e??=await this.getToken()}catch{throw new B}}};function qe(e,t){let n=e.replace(/\{(\w+)\}/g,(e,n)=>encodeURIComponent(t.path?.[n]??``)),r=new URLSearchParams;for(let[e,n]of Object.entries(t.query??{}))n!=null&&n!==``&&r.set(e,String(n));return r.size?`${n}?${r}`:n}async function Je(e){let t=await e.json().catch(()=>({})),n=Number(e.headers.get(`Retry-After`)??NaN);return new R(e.status,t.code??`unknown`,t.detail||t.title||`HTTP ${e.status}`,t.errors??[],Number.isFinite(n)?n:null)}function V(e,t){return new Promise((n,r)=>{let i=()=>{clearTimeout(a),r(t.reason)},a=setTimeout(()=>{t?.removeEventListener(`abort`,i),n()},e);t?.addEventListener(`abort`,i,{once:!0})})}var H=()=>Array.from(crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``),Ye=5e3,Xe=15e3,Ze=/* @__PURE__ */ new Set([`completed`,`cancelled`,`expired`]);async function Qe(e,t,n,r){let i={batch:null,tag:``};for(let a=0;!r.aborted;)try{await $e(e,t,i,r),a=0,n.changed(i.batch),i.batch.finished_at?await V(Ye,r):await et(e,t,i,n,r)}catch(e){if(r.aborted||(n.lost(e),e instanceof R&&e.status<500&&e.status!==429))return;await V(Math.min(1e3*2**a++,Xe),r).catch(()=>{})}}async function $e(e,t,n,r){let i=n.tag?{"If-None-Match":n.tag}:{},a=await e.fetch(`/mass-replies/${t}`,{headers:i,signal:r});a.status!==304&&(n.tag=a.headers.get(`ETag`)??``,n.batch=await a.json())}async function et(e,t,n,r,i){let a=new AbortController,o=await e.fetch(`/mass-replies/${t}/events?deliveries=false`,{headers:{Accept:`text/event-stream`},signal:AbortSignal.any([i,a.signal])});try{for await(let e of tt(o.body)){let t=JSON.parse(e);if(t.status!==n.batch.status)return;n.batch={...n.batch,...t},r.changed(n.batch)}}finally{a.abort()}}async function*tt(e){let t=e.pipeThrough(new TextDecoderStream).getReader(),n=``;for(;;){let{value:e,done:r}=await t.read();if(r)return;let i=(n+e).split(`

`);n=i.pop();for(let e of i){let t=e.split(`
`).filter(e=>e.startsWith(`data: `));t.length&&(yield t.map(e=>e.slice(6)).join(`
`))}}}var nt=f`
  :host {
    --accent: var(--mass-reply-accent, light-dark(#0b57d0, #a8c7fa));
    --on-accent: var(--mass-reply-on-accent, light-dark(#fff, #0a1f44));
    --ink: var(--mass-reply-ink, light-dark(#1b1c1f, #e8e8ea));
    --soft: var(--mass-reply-soft-ink, light-dark(#5a5e66, #a9adb5));
    --paper: var(--mass-reply-paper, light-dark(#fff, #1c1d20));
    --shade: var(--mass-reply-shade, light-dark(#f4f5f7, #26282c));
    --line: var(--mass-reply-line, light-dark(#d9dbe0, #3c3f45));
    --control: light-dark(#7b808a, #8b9099);
    --danger: var(--mass-reply-danger, light-dark(#b3261e, #f2b8b5));
    --on-danger: light-dark(#fff, #601410);
    --amber: light-dark(#7a4b00, #ffcf7d);
    --amber-paper: light-dark(#fff4de, #3a2d12);
    --good: light-dark(#146c2e, #7fd99a);
    --radius: var(--mass-reply-radius, 8px);
    font: 14px/20px var(--mass-reply-font, system-ui, sans-serif);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
`,rt=f`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h2 {
    font-size: 22px;
    line-height: 28px;
    font-weight: 600;
    text-wrap: balance;
  }
  h3 {
    font-size: 14px;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 36px;
    padding: 4px 14px;
    border: 1px solid var(--control);
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--shade);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.grave {
    background: var(--danger);
    border-color: var(--danger);
    color: var(--on-danger);
    font-weight: 600;
    font-size: 16px;
    padding: 8px 20px;
  }
  button.main:hover:not(:disabled),
  button.grave:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.plain {
    border-color: transparent;
    background: none;
    padding: 4px 8px;
  }
  button.plain:hover:not(:disabled) {
    background: var(--shade);
  }
  button.stop {
    color: var(--danger);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file']),
  textarea,
  select {
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    padding: 7px 10px;
    min-height: 38px;
    max-width: 100%;
  }
  input[type='number'] {
    width: 88px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.choice {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 32px;
  }
  .soft {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .note {
    border-left: 4px solid var(--control);
    background: var(--shade);
    padding: 8px 12px;
    border-radius: var(--radius);
  }
  .note.amber {
    border-color: var(--amber);
    background: var(--amber-paper);
  }
  .note.bad {
    border-color: var(--danger);
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 12px;
  }
  .bubble {
    background: var(--shade);
    border-radius: var(--radius);
    padding: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  details > summary {
    cursor: pointer;
    min-height: 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 600;
    color: var(--soft);
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 320px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,it=f`
  dialog {
    width: min(1080px, 100vw);
    height: min(780px, 100dvh);
    max-width: none;
    max-height: none;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    background: var(--paper);
    color: inherit;
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  .part {
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .options {
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .indent {
    padding-left: 26px;
  }
  .lower {
    align-self: end;
  }
  .people li {
    display: flex;
    gap: 8px;
    padding: 4px 0;
  }
  .reason {
    padding-top: 8px;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details[open] > .line {
    white-space: normal;
  }
  h2:focus {
    outline: none;
  }
  .sheet {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 16px;
    padding: 20px 24px 12px;
    border-bottom: 1px solid var(--line);
  }
  .under {
    grid-column: 1 / -1;
    min-height: 24px;
  }
  .body {
    overflow: auto;
    padding: 16px 24px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: center;
    justify-content: flex-end;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: var(--paper);
  }
  .foot .say {
    flex: 1 1 200px;
  }
  .columns {
    display: grid;
    gap: 24px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .text {
    position: relative;
  }
  .text textarea {
    display: block;
    width: 100%;
    min-height: 176px;
    resize: vertical;
  }
  .listbox {
    position: absolute;
    inset: auto 8px 8px;
    max-height: 150px;
    overflow: auto;
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.2);
  }
  .listbox li {
    padding: 6px 12px;
    cursor: pointer;
    display: flex;
    gap: 12px;
  }
  .listbox li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .listbox [aria-selected='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .preview .bubble {
    height: 176px;
    overflow: auto;
  }
  [role='tablist'] {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  [role='tab'] {
    min-height: 32px;
    border-color: transparent;
    background: none;
    padding: 2px 10px;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .big {
    font-size: 28px;
    line-height: 36px;
    font-weight: 650;
  }
  .samples {
    display: grid;
    gap: 12px;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
  }
  .samples .bubble {
    max-height: 200px;
    overflow: auto;
  }
  .bar {
    display: grid;
    grid-template-columns: 88px minmax(60px, 1fr) minmax(0, 2fr);
    gap: 4px 12px;
    align-items: center;
    min-height: 32px;
  }
  .bar svg {
    width: 100%;
    height: 12px;
    border-radius: 6px;
    background: var(--line);
    display: block;
  }
  .bar .reached {
    fill: var(--accent);
  }
  .bar .failed {
    fill: var(--danger);
  }
  .bar .uncertain {
    fill: var(--amber);
  }
  .bar .skipped {
    fill: var(--control);
  }
  .field {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  @media (max-width: 720px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    .columns {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .top {
      padding: 12px 16px 8px;
    }
    .body {
      padding: 12px 16px;
    }
    .foot {
      padding: 8px 16px;
    }
    h2 {
      font-size: 18px;
      line-height: 24px;
    }
    .bar {
      grid-template-columns: 80px minmax(0, 1fr);
    }
    .bar > :last-child {
      grid-column: 1 / -1;
    }
  }
`,at=/* @__PURE__ */ t({batch_statuses:()=>lt,channels:()=>st,codes:()=>pt,preflight_warnings:()=>dt,reasons:()=>ut,sentences:()=>ot,statuses:()=>ct,tags:()=>ft}),ot={will_get:{one:`{n} of {of} conversations will get this message`,other:`{n} of {of} conversations will get this message`},will_get_all:{one:`1 conversation will get this message`,other:`All {n} conversations will get this message`},counting:`Counting the conversations …`,selected_only:{one:`1 conversation is selected`,other:`{n} conversations are selected`},counted_on_review:`Who can be reached is worked out on Review.`,nobody_left_out:`Nobody is left out.`,left_out:{one:`1 will not get it`,other:`{n} will not get it`},review:`Review`,back:`Back`,close:`Close`,send_to:{one:`Send to 1 conversation`,other:`Send to {n} conversations`},cannot_be_recalled:`This cannot be recalled once it is sent.`,message:`Message`,message_hint:`Type / for a snippet.`,preview:`Preview`,preview_empty:`Write a text to see it as a customer gets it.`,preview_nobody:`Nobody of those shown would get this text.`,previous:`Previous recipient`,next:`Next recipient`,place_of:`{i} of {n}`,to:`To {name}`,unnamed:`a customer without a name`,insert_tag:`Insert a value`,insert:`Insert`,if_missing:`If it is missing, write`,snippets:`Snippets`,attach:`Attach a file`,attaching:`Uploading {name} …`,remove:`Remove {name}`,without_file:`goes without the file`,with_file:`goes with the file`,options:`Options`,mark_as_done:`Mark as Done when it is sent`,hold:`Hold for 30 s so that it can be undone`,schedule:`Send later`,schedule_at:`Date and time`,sample:`First a sample of`,sample_unit:`then wait for me`,blank:`Where a value is missing, leave it blank and send`,blank_hint:`Otherwise these people are left out.`,template:`WhatsApp template for closed windows`,template_name:`Name of the approved template`,template_language:`Language`,template_parameters:`Values, one a line`,segments:{one:`1 SMS segment`,other:`{n} SMS segments`},used_of_bytes:`{used} of {n} bytes`,used_of_characters:`{used} of {n} characters`,warnings:`Good to know`,confirm_title:{one:`1 conversation will get this message`,other:`{n} conversations will get this message`},changed:`It was {before} when you looked before; it is {n} now.`,changed_more:{one:`One more than before.`,other:`{n} more than before.`},changed_less:{one:`One fewer than before.`,other:`{n} fewer than before.`},frozen:`The selection is frozen: exactly these get it, whatever changes meanwhile.`,text_for:`What they will read`,costs:`What it costs`,costs_nothing:`No billed messages.`,cost_sms:{one:`1 SMS segment`,other:`{n} SMS segments`},cost_whatsapp:{one:`1 WhatsApp message inside the window`,other:`{n} WhatsApp messages inside the window`},cost_template:{one:`1 WhatsApp template message`,other:`{n} WhatsApp template messages`},type_number:`Type {n} to confirm the number`,expires:`Confirm until {time}.`,preparing:{one:`Preparing 1 conversation …`,other:`Preparing {n} conversations …`},preparing_hint:`You can close this; it goes on.`,will_hold:`It is held for 30 s first, and can be undone.`,will_schedule:`It is sent on {time}.`,will_sample:{one:`One goes first; the others wait for you.`,other:`{n} go first; the others wait for you.`},will_mark_done:`The conversations are marked as Done.`,expired:`This was not confirmed in time. Nothing was sent.`,review_again:`Review again`,undo:`Undo`,sends_in:`Sends in {n} s`,sends_at:`Sends on {time}`,sending:`Sending: {done} of {n}`,you_can_close:`You can close this; it goes on.`,pause:`Pause`,resume:`Go on`,stop:`Stop for good`,stop_sure:`Stop for good? What is not sent yet will never be sent.`,keep_sending:`Keep sending`,paused_person:`Paused.`,paused_sample:{one:`The sample is sent. One other waits.`,other:`The sample is sent. {n} others wait.`},paused_failures:`Paused, because many failed. Look at the reasons before you go on.`,paused_account:`Paused: an account cannot send.`,go_on_with:{one:`Go on with the other one`,other:`Go on with the other {n}`},sent_to:{one:`Sent to 1.`,other:`Sent to {n}.`},n_failed:{one:`1 failed.`,other:`{n} failed.`},n_unknown:{one:`1 is not known.`,other:`{n} are not known.`},n_cancelled:{one:`1 was not sent.`,other:`{n} were not sent.`},undone:`Undone. Nothing was sent.`,waits:`{channel} waits: {reason}`,waits_until:`{channel} waits until {time}: {reason}`,try_again:`Try again`,awaits_approval:`Waits for a second person`,awaits_approval_hint:{one:`Somebody else must approve it before 1 conversation gets this message.`,other:`Somebody else must approve it before {n} conversations get this message.`},approve:{one:`Approve sending to 1 conversation`,other:`Approve sending to {n} conversations`},reject:`Reject`,reject_reason:`Why not?`,rejected_by:`{name} rejected it: {reason}`,asked_by:`{name} wants to send this`,withdraw:`Withdraw`,results:`Results`,retry_hint:`Only failures that may pass are sent again.`,export:`Export as CSV`,follow_up:`Write to those who got it`,follow_up_failed:`Write to those who did not`,not_again:`It is not sent again by itself.`,mark:`What happened to the ticked ones?`,mark_sent:`They were sent`,mark_not_sent:`They were not sent`,mark_again:`Not sent: send again`,mark_risk:`If it arrived after all, the customer gets it twice.`,mark_why:`How do you know?`,settling:`can be decided from {time}`,show_more:`Show more`,loading:`Loading …`,nothing_here:`Nothing here.`,by_channel:`By channel`,offline:`No connection. Nothing is lost: it goes on. This shows the last known state of {time}.`,offline_write:`No connection. Your text is kept.`,unreachable:`The service does not answer. Nothing was changed, as far as this page knows.`,session_over:`Your session is over. Your text is kept.`,sign_in_again:`Sign in again`,busy:`The service is busy. Trying again in {n} s …`,no_permission:`Your role can look at conversations, not send mass replies.`,empty_selection:`No conversation matches this selection.`,nothing_to_send:`Nobody of those selected can get this message.`,discard_title:`Throw the text away?`,discard:`Throw away`,keep:`Keep writing`,keep_for_later:`Keep for later`,draft_kept:`Your draft of {time} is here again.`,failed_action:`That did not work: {detail}`,nav_conversations:`Conversations`,nav_mass_replies:`Mass replies`,nav_accounts:`Accounts`,nav_settings:`Settings`,sign_in:`Sign in`,sign_out:`Sign out`,sign_in_hint:`With an API key, or a token of your helpdesk.`,key:`Key or token`,in_memory:`It is kept in memory only: a reload asks again.`,key_refused:`This key or token is not accepted.`,total:{one:`1 conversation`,other:`{n} conversations`},tick_page:`Tick this page`,contact:`Customer`,col_channel:`Channel`,col_state:`State`,col_time:`When`,col_who:`Who`,filter_tag:`Tag`,filter_channel:`Channel`,filter_status:`Status`,filter_engagement:`Whose turn`,filter_team:`Team`,filter_assignee:`Assignee`,filter_subject:`Subject contains`,any:`Any`,clear:`Clear filters`,shown_of:`{shown} of {n} are shown`,bulk:`What is ticked`,n_selected:{one:`1 selected`,other:`{n} selected`},all_matching:`All {n} matching`,clear_selection:`Clear`,mass_reply:`Mass reply`,tick_hint:`Tick conversations to write to them at once.`,dispatched:{one:`Dispatched to 1 conversation.`,other:`Dispatched to {n} conversations.`},look:`See what becomes of it`,thread:`Conversation`,recipients:`Recipients`,open_dialog:`Open`,by_at:`{name}, {time}`,html_part:`As HTML, for e-mail and chat`,selected_by:`Selected by`,counts:`Numbers`,sum:`selected`,log:`Who did what`,needs_admin:`Only an administrator sees this.`,no_accounts:`There is no account yet. Without one nothing can be sent.`,per_second:{one:`1 a second`,other:`{n} a second`},callback_address:`Callback address, to enter at the provider`,copy:`Copy the address`,copied:`Copied`,test:`Test`,setup_postmark:`Postmark: under Servers, Webhooks, add this address for delivery, bounce and spam complaint.`,setup_sendgrid:`SendGrid: under Settings, Mail Settings, Event Webhook, enter this address and turn on signing.`,setup_smtp:`SMTP: nothing to enter; a mail server reports nothing later.`,setup_twilio:`Twilio: under the number or the messaging service, enter this address for incoming messages.`,setup_whatsapp_cloud:`Meta: in the app, under WhatsApp, Configuration, enter this address and your verify token.`,setup_meta:`Meta: in the app, under Messenger or Instagram, Webhooks, enter this address and your verify token.`,setup_webchat:`Web chat is built in: nothing to enter.`,setup_webhook:`Your own endpoint reports to this address, signed with the shared secret.`,setup_other:`Enter this address at the provider.`,guards:`Guards`,guard_approval_above:`A second person above so many recipients`,guard_max_per_contact_per_day:`Most messages to one customer in 24 h`,guard_inactive_after_days:`Inactive after so many days`,guard_agent:`Most recipients for agents`,guard_once:`Only one message to a customer with several conversations`,guard_skip:`Leave inactive conversations out`,save:`Save`,is_saved:`Saved.`,shortcode:`Shortcode`,snippet_text:`Text`,rules:`Rules`,webhooks:`Webhooks`,keys:`API keys`,revoked:`revoked`},st={email:`E-mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Voice`,facebook:`Messenger`,instagram:`Instagram`,other:`Other`},ct={queued:`waiting`,sending:`being sent`,sent:`sent`,delivered:`delivered`,read:`read`,failed:`failed`,uncertain:`not known`,skipped:`left out`,cancelled:`not sent`},lt={preparing:`Being prepared`,awaiting_confirmation:`Not confirmed yet`,awaiting_approval:`Waits for a second person`,scheduled:`Scheduled`,sending:`Sending`,paused:`Paused`,completed:`Finished`,cancelled:`Stopped`,expired:`Expired`},ut={voice_not_supported:`voice calls cannot be answered with a text`,no_address:`there is no address to write to`,address_invalid:`the address is not valid`,opted_out:`they asked for no more messages`,window_closed:`the time to answer on this channel is over`,merge_tag_unresolved:`a value in the text is missing for them`,message_too_long:`the text is too long for the channel`,no_channel_account:`there is no account to send from`,conversation_archived:`the conversation is archived or gone`,duplicate_contact:`the same person gets it in another conversation`,inactive_conversation:`they have not written for long`,contact_limit:`they got as many messages today as are allowed`,invalid_recipient:`the provider says that the address is not valid`,blocked:`they have blocked us`,bounced:`the mail came back`,complained:`they reported us as spam`,unreachable:`the provider could not reach them`,content_rejected:`the provider refused the content`,template_rejected:`the provider refused the template`,provider_rejected:`the provider refused it`,too_late:`it could not be sent in time`,marked_not_sent:`somebody marked it as not sent`,answer_lost:`the provider’s answer was lost`,worker_lost:`sending was cut off in the middle`,cancelled:`it was stopped before its turn`,expired:`it was not confirmed in time`,rejected:`the second person rejected it`},dt={attachment_dropped:`without the file, which this channel does not carry`,sent_as_template:`with the approved template, for the time to answer is over`,inactive_conversation:`to people who have not written for long`,duplicate_contact:`to people who get it more than once`,recent_mass_reply:`to people who got another mass reply within a day`,multiple_segments:`as more than one SMS segment, each billed`,unknown_snippet:`with a /shortcode that names no snippet`},ft={"contact.first_name":`First name`,"contact.name":`Full name`,"contact.email":`E-mail address`,"conversation.human_id":`Reference`,"conversation.subject":`Subject`,"agent.name":`Your name`,"agent.email":`Your e-mail address`,"tenant.name":`Company`},pt={"status.active":`Active`,"status.snoozed":`Snoozed`,"status.done":`Done`,"status.archived":`Archived`,"engagement.pending":`Ours`,"engagement.engaged":`The customer’s`,"kind.customer_message":`Customer`,"kind.reply":`Reply`,"kind.system_note":`Note`,"kind.system_error":`Error`,"account.ready":`● ready`,"account.cooling":`◐ waits`,"account.paused":`◼ paused`,"account.disabled":`○ off`,"credentials.ok":`✓ Works.`,"credentials.refused":`✕ Refused.`,"credentials.unknown":`? Not known.`,"callbacks.verified":`Callbacks come in`,"callbacks.not_verified":`The last callback was not the provider’s`,"callbacks.none_yet":`No callback yet`},mt=/* @__PURE__ */ t({batch_statuses:()=>vt,channels:()=>gt,codes:()=>St,preflight_warnings:()=>bt,reasons:()=>yt,sentences:()=>ht,statuses:()=>_t,tags:()=>xt}),ht={will_get:{one:`{n} von {of} Unterhaltungen bekommt diese Nachricht`,other:`{n} von {of} Unterhaltungen bekommen diese Nachricht`},will_get_all:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`Alle {n} Unterhaltungen bekommen diese Nachricht`},counting:`Die Unterhaltungen werden gezählt …`,selected_only:{one:`1 Unterhaltung ist ausgewählt`,other:`{n} Unterhaltungen sind ausgewählt`},counted_on_review:`Wer erreichbar ist, wird beim Prüfen ermittelt.`,nobody_left_out:`Niemand wird ausgelassen.`,left_out:{one:`1 bekommt sie nicht`,other:`{n} bekommen sie nicht`},review:`Prüfen`,back:`Zurück`,close:`Schließen`,send_to:{one:`An 1 Unterhaltung senden`,other:`An {n} Unterhaltungen senden`},cannot_be_recalled:`Einmal gesendet, lässt sich das nicht zurückholen.`,message:`Nachricht`,message_hint:`/ öffnet Textbausteine.`,preview:`Vorschau`,preview_empty:`Schreiben Sie einen Text, um ihn zu sehen, wie ein Kunde ihn bekommt.`,preview_nobody:`Niemand der Gezeigten bekäme diesen Text.`,previous:`Voriger Empfänger`,next:`Nächster Empfänger`,place_of:`{i} von {n}`,to:`An {name}`,unnamed:`einen Kunden ohne Namen`,insert_tag:`Wert einfügen`,insert:`Einfügen`,if_missing:`Wenn er fehlt, schreibe`,snippets:`Textbausteine`,attach:`Datei anhängen`,attaching:`{name} wird hochgeladen …`,remove:`{name} entfernen`,without_file:`geht ohne die Datei`,with_file:`geht mit der Datei`,options:`Einstellungen`,mark_as_done:`Nach dem Senden als erledigt markieren`,hold:`30 s zurückhalten, damit es sich rückgängig machen lässt`,schedule:`Später senden`,schedule_at:`Tag und Uhrzeit`,sample:`Zuerst eine Stichprobe von`,sample_unit:`dann auf mich warten`,blank:`Fehlt ein Wert, leer lassen und senden`,blank_hint:`Sonst werden diese Personen ausgelassen.`,template:`WhatsApp-Vorlage für abgelaufene Fristen`,template_name:`Name der genehmigten Vorlage`,template_language:`Sprache`,template_parameters:`Werte, einer je Zeile`,segments:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},used_of_bytes:`{used} von {n} Bytes`,used_of_characters:`{used} von {n} Zeichen`,warnings:`Gut zu wissen`,confirm_title:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`{n} Unterhaltungen bekommen diese Nachricht`},changed:`Vorhin waren es {before}; jetzt sind es {n}.`,changed_more:{one:`Eine mehr als vorher.`,other:`{n} mehr als vorher.`},changed_less:{one:`Eine weniger als vorher.`,other:`{n} weniger als vorher.`},frozen:`Die Auswahl steht fest: genau diese bekommen sie, was auch immer sich inzwischen ändert.`,text_for:`Was sie lesen werden`,costs:`Was es kostet`,costs_nothing:`Keine abgerechneten Nachrichten.`,cost_sms:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},cost_whatsapp:{one:`1 WhatsApp-Nachricht innerhalb der Frist`,other:`{n} WhatsApp-Nachrichten innerhalb der Frist`},cost_template:{one:`1 WhatsApp-Vorlage`,other:`{n} WhatsApp-Vorlagen`},type_number:`Zur Bestätigung {n} eingeben`,expires:`Bestätigen bis {time}.`,preparing:{one:`1 Unterhaltung wird vorbereitet …`,other:`{n} Unterhaltungen werden vorbereitet …`},preparing_hint:`Sie können das schließen; es geht weiter.`,will_hold:`Es wird zuerst 30 s zurückgehalten und lässt sich rückgängig machen.`,will_schedule:`Gesendet wird am {time}.`,will_sample:{one:`Eine geht zuerst; die anderen warten auf Sie.`,other:`{n} gehen zuerst; die anderen warten auf Sie.`},will_mark_done:`Die Unterhaltungen werden als erledigt markiert.`,expired:`Das wurde nicht rechtzeitig bestätigt. Nichts wurde gesendet.`,review_again:`Neu prüfen`,undo:`Rückgängig`,sends_in:`Gesendet wird in {n} s`,sends_at:`Gesendet wird am {time}`,sending:`Wird gesendet: {done} von {n}`,you_can_close:`Sie können das schließen; es geht weiter.`,pause:`Anhalten`,resume:`Fortsetzen`,stop:`Endgültig stoppen`,stop_sure:`Endgültig stoppen? Was noch nicht gesendet ist, wird nie gesendet.`,keep_sending:`Weiter senden`,paused_person:`Angehalten.`,paused_sample:{one:`Die Stichprobe ist gesendet. Eine weitere wartet.`,other:`Die Stichprobe ist gesendet. {n} weitere warten.`},paused_failures:`Angehalten, weil viele gescheitert sind. Sehen Sie sich die Gründe an, bevor Sie fortsetzen.`,paused_account:`Angehalten: ein Konto kann nicht senden.`,go_on_with:{one:`Mit der anderen fortsetzen`,other:`Mit den anderen {n} fortsetzen`},sent_to:{one:`An 1 gesendet.`,other:`An {n} gesendet.`},n_failed:{one:`1 gescheitert.`,other:`{n} gescheitert.`},n_unknown:{one:`1 ungewiss.`,other:`{n} ungewiss.`},n_cancelled:{one:`1 nicht gesendet.`,other:`{n} nicht gesendet.`},undone:`Rückgängig gemacht. Nichts wurde gesendet.`,waits:`{channel} wartet: {reason}`,waits_until:`{channel} wartet bis {time}: {reason}`,try_again:`Erneut versuchen`,awaits_approval:`Wartet auf eine zweite Person`,awaits_approval_hint:{one:`Jemand anderes muss zustimmen, bevor 1 Unterhaltung diese Nachricht bekommt.`,other:`Jemand anderes muss zustimmen, bevor {n} Unterhaltungen diese Nachricht bekommen.`},approve:{one:`Senden an 1 Unterhaltung genehmigen`,other:`Senden an {n} Unterhaltungen genehmigen`},reject:`Ablehnen`,reject_reason:`Warum nicht?`,rejected_by:`{name} hat abgelehnt: {reason}`,asked_by:`{name} möchte das senden`,withdraw:`Zurückziehen`,results:`Ergebnisse`,retry_hint:`Nur was vorübergehen kann, wird erneut gesendet.`,export:`Als CSV exportieren`,follow_up:`An die schreiben, die sie bekamen`,follow_up_failed:`An die schreiben, die sie nicht bekamen`,not_again:`Von selbst wird es nicht erneut gesendet.`,mark:`Was ist mit den angehakten geschehen?`,mark_sent:`Sie wurden gesendet`,mark_not_sent:`Sie wurden nicht gesendet`,mark_again:`Nicht gesendet: erneut senden`,mark_risk:`Kam sie doch an, bekommt der Kunde sie zweimal.`,mark_why:`Woher wissen Sie das?`,settling:`entscheidbar ab {time}`,show_more:`Mehr zeigen`,loading:`Wird geladen …`,nothing_here:`Hier ist nichts.`,by_channel:`Nach Kanal`,offline:`Keine Verbindung. Nichts ist verloren: es geht weiter. Gezeigt wird der letzte bekannte Stand von {time}.`,offline_write:`Keine Verbindung. Ihr Text bleibt erhalten.`,unreachable:`Der Dienst antwortet nicht. Soweit diese Seite weiß, hat sich nichts geändert.`,session_over:`Ihre Sitzung ist abgelaufen. Ihr Text bleibt erhalten.`,sign_in_again:`Erneut anmelden`,busy:`Der Dienst ist ausgelastet. Neuer Versuch in {n} s …`,no_permission:`Ihre Rolle darf Unterhaltungen ansehen, aber keine Sammelantworten senden.`,empty_selection:`Keine Unterhaltung passt zu dieser Auswahl.`,nothing_to_send:`Niemand der Ausgewählten kann diese Nachricht bekommen.`,discard_title:`Den Text verwerfen?`,discard:`Verwerfen`,keep:`Weiterschreiben`,keep_for_later:`Für später behalten`,draft_kept:`Ihr Entwurf von {time} ist wieder da.`,failed_action:`Das ging nicht: {detail}`,nav_conversations:`Unterhaltungen`,nav_mass_replies:`Sammelantworten`,nav_accounts:`Konten`,nav_settings:`Einstellungen`,sign_in:`Anmelden`,sign_out:`Abmelden`,sign_in_hint:`Mit einem API-Schlüssel oder einem Token Ihres Helpdesks.`,key:`Schlüssel oder Token`,in_memory:`Er bleibt nur im Speicher: nach einem Neuladen wird wieder gefragt.`,key_refused:`Dieser Schlüssel oder dieses Token wird nicht angenommen.`,total:{one:`1 Unterhaltung`,other:`{n} Unterhaltungen`},tick_page:`Diese Seite anhaken`,contact:`Kunde`,col_channel:`Kanal`,col_state:`Stand`,col_time:`Wann`,col_who:`Wer`,filter_tag:`Tag`,filter_channel:`Kanal`,filter_status:`Stand`,filter_engagement:`Wer ist dran`,filter_team:`Team`,filter_assignee:`Zuständig`,filter_subject:`Betreff enthält`,any:`Alle`,clear:`Filter leeren`,shown_of:`{shown} von {n} sind gezeigt`,bulk:`Was angehakt ist`,n_selected:{one:`1 ausgewählt`,other:`{n} ausgewählt`},all_matching:`Alle {n} passenden`,clear_selection:`Leeren`,mass_reply:`Sammelantwort`,tick_hint:`Haken Sie Unterhaltungen an, um allen zugleich zu schreiben.`,dispatched:{one:`An 1 Unterhaltung auf den Weg gebracht.`,other:`An {n} Unterhaltungen auf den Weg gebracht.`},look:`Sehen, was daraus wird`,thread:`Unterhaltung`,recipients:`Empfänger`,open_dialog:`Öffnen`,by_at:`{name}, {time}`,html_part:`Als HTML, für E-Mail und Chat`,selected_by:`Ausgewählt nach`,counts:`Zahlen`,sum:`ausgewählt`,log:`Wer was getan hat`,needs_admin:`Das sieht nur, wer verwaltet.`,no_accounts:`Es gibt noch kein Konto. Ohne Konto lässt sich nichts senden.`,per_second:{one:`1 je Sekunde`,other:`{n} je Sekunde`},callback_address:`Rückruf-Adresse, beim Anbieter einzutragen`,copy:`Adresse kopieren`,copied:`Kopiert`,test:`Prüfen`,setup_postmark:`Postmark: unter Servers, Webhooks diese Adresse für Delivery, Bounce und Spam Complaint eintragen.`,setup_sendgrid:`SendGrid: unter Settings, Mail Settings, Event Webhook diese Adresse eintragen und Signieren einschalten.`,setup_smtp:`SMTP: nichts einzutragen; ein Mailserver meldet später nichts.`,setup_twilio:`Twilio: bei der Nummer oder dem Messaging Service diese Adresse für eingehende Nachrichten eintragen.`,setup_whatsapp_cloud:`Meta: in der App unter WhatsApp, Configuration diese Adresse und Ihr Verify Token eintragen.`,setup_meta:`Meta: in der App unter Messenger oder Instagram, Webhooks diese Adresse und Ihr Verify Token eintragen.`,setup_webchat:`Der Web-Chat ist eingebaut: nichts einzutragen.`,setup_webhook:`Ihr eigener Endpunkt meldet an diese Adresse, signiert mit dem gemeinsamen Geheimnis.`,setup_other:`Tragen Sie diese Adresse beim Anbieter ein.`,guards:`Grenzen`,guard_approval_above:`Zweite Person ab mehr Empfängern als`,guard_max_per_contact_per_day:`Höchstens so viele an einen Kunden in 24 h`,guard_inactive_after_days:`Inaktiv nach so vielen Tagen`,guard_agent:`Höchstens so viele Empfänger für Agenten`,guard_once:`Nur eine Nachricht an Kunden mit mehreren Unterhaltungen`,guard_skip:`Inaktive Unterhaltungen auslassen`,save:`Speichern`,is_saved:`Gespeichert.`,shortcode:`Kürzel`,snippet_text:`Text`,rules:`Regeln`,webhooks:`Webhooks`,keys:`API-Schlüssel`,revoked:`widerrufen`},gt={email:`E-Mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Telefon`,facebook:`Messenger`,instagram:`Instagram`,other:`Andere`},_t={queued:`wartet`,sending:`wird gesendet`,sent:`gesendet`,delivered:`zugestellt`,read:`gelesen`,failed:`gescheitert`,uncertain:`ungewiss`,skipped:`ausgelassen`,cancelled:`nicht gesendet`},vt={preparing:`Wird vorbereitet`,awaiting_confirmation:`Noch nicht bestätigt`,awaiting_approval:`Wartet auf eine zweite Person`,scheduled:`Geplant`,sending:`Wird gesendet`,paused:`Angehalten`,completed:`Fertig`,cancelled:`Gestoppt`,expired:`Abgelaufen`},yt={voice_not_supported:`Anrufe lassen sich nicht mit einem Text beantworten`,no_address:`es gibt keine Adresse`,address_invalid:`die Adresse ist ungültig`,opted_out:`sie wollen keine Nachrichten mehr`,window_closed:`die Antwortfrist dieses Kanals ist abgelaufen`,merge_tag_unresolved:`ein Wert im Text fehlt für sie`,message_too_long:`der Text ist zu lang für den Kanal`,no_channel_account:`es gibt kein Konto zum Senden`,conversation_archived:`die Unterhaltung ist archiviert oder fort`,duplicate_contact:`dieselbe Person bekommt sie in einer anderen Unterhaltung`,inactive_conversation:`sie haben lange nicht geschrieben`,contact_limit:`sie bekamen heute so viele Nachrichten wie erlaubt`,invalid_recipient:`der Anbieter hält die Adresse für ungültig`,blocked:`sie haben uns blockiert`,bounced:`die Mail kam zurück`,complained:`sie haben uns als Spam gemeldet`,unreachable:`der Anbieter konnte sie nicht erreichen`,content_rejected:`der Anbieter lehnte den Inhalt ab`,template_rejected:`der Anbieter lehnte die Vorlage ab`,provider_rejected:`der Anbieter lehnte sie ab`,too_late:`sie ließ sich nicht rechtzeitig senden`,marked_not_sent:`jemand hat sie als nicht gesendet markiert`,answer_lost:`die Antwort des Anbieters ging verloren`,worker_lost:`das Senden wurde unterbrochen`,cancelled:`vorher gestoppt`,expired:`nicht rechtzeitig bestätigt`,rejected:`die zweite Person lehnte ab`},bt={attachment_dropped:`ohne die Datei, die dieser Kanal nicht mitnimmt`,sent_as_template:`mit der genehmigten Vorlage, da die Antwortfrist abgelaufen ist`,inactive_conversation:`an Personen, die lange nicht geschrieben haben`,duplicate_contact:`an Personen, die sie mehr als einmal bekommen`,recent_mass_reply:`an Personen, die binnen eines Tages schon eine Sammelantwort bekamen`,multiple_segments:`als mehr als ein SMS-Segment, jedes abgerechnet`,unknown_snippet:`mit einem /Kürzel ohne Textbaustein`},xt={"contact.first_name":`Vorname`,"contact.name":`Voller Name`,"contact.email":`E-Mail-Adresse`,"conversation.human_id":`Kennung`,"conversation.subject":`Betreff`,"agent.name":`Ihr Name`,"agent.email":`Ihre E-Mail-Adresse`,"tenant.name":`Firma`},St={"status.active":`Aktiv`,"status.snoozed":`Zurückgestellt`,"status.done":`Erledigt`,"status.archived":`Archiviert`,"engagement.pending":`Wir`,"engagement.engaged":`Der Kunde`,"kind.customer_message":`Kunde`,"kind.reply":`Antwort`,"kind.system_note":`Notiz`,"kind.system_error":`Fehler`,"account.ready":`● bereit`,"account.cooling":`◐ wartet`,"account.paused":`◼ angehalten`,"account.disabled":`○ aus`,"credentials.ok":`✓ Geht.`,"credentials.refused":`✕ Abgelehnt.`,"credentials.unknown":`? Ungewiss.`,"callbacks.verified":`Rückrufe kommen an`,"callbacks.not_verified":`Der letzte Rückruf war nicht vom Anbieter`,"callbacks.none_yet":`Noch kein Rückruf`},Ct={hour:`2-digit`,minute:`2-digit`},wt={day:`numeric`,month:`short`,...Ct},Tt={dateStyle:`full`,timeStyle:`medium`},Et=class{#e;#t;#n;#r;constructor(e){this.locale=e,this.say=(e,t={})=>{let n=this.#e[e];return(typeof n==`string`?n:n[this.#r.select(Number(t.n))===`one`?`one`:`other`]).replace(/\{(\w+)\}/g,(e,n)=>this.#i(t[n]))},this.number=e=>this.#n.format(e),this.channel=e=>U(this.#t.channels,e),this.status=e=>U(this.#t.statuses,e),this.batchStatus=e=>U(this.#t.batch_statuses,e),this.reason=e=>U(this.#t.reasons,e),this.warning=e=>U(this.#t.preflight_warnings,e),this.tag=e=>U(this.#t.tags,e),this.named=(e,t)=>this.#t.codes[`${e}.${t}`]??(e===`channel`?this.channel(t):t.replaceAll(`_`,` `)),this.time=e=>{let t=new Date(e),n=t.toDateString()===(/* @__PURE__ */ new Date()).toDateString();return t.toLocaleString(this.locale,n?Ct:wt)},this.exact=e=>new Date(e).toLocaleString(this.locale,Tt),this.ago=e=>{let t=(new Date(e).getTime()-Date.now())/1e3,n=new Intl.RelativeTimeFormat(this.locale,{numeric:`auto`});for(let[e,r]of Dt)if(Math.abs(t)>=r)return n.format(Math.trunc(t/r),e);return n.format(0,`second`)},this.#i=e=>typeof e==`number`?this.number(e):e??``,this.lang=e.toLowerCase().startsWith(`de`)?`de`:`en`,this.#t=this.lang===`de`?mt:at,this.#e=this.#t.sentences;let t=e.toLowerCase().startsWith(this.lang)?e:this.lang;this.#n=new Intl.NumberFormat(t),this.#r=new Intl.PluralRules(t)}#i},Dt=[[`year`,31536e3],[`month`,2592e3],[`day`,86400],[`hour`,3600],[`minute`,60]],U=(e,t)=>e[t]??t.replaceAll(`_`,` `),Ot=e=>e.closest(`[lang]`)?.lang||document.documentElement.lang||navigator.language||`en`;function W(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var G=class extends N{createRenderRoot(){return this}#e=()=>this.requestUpdate();#t=null;willUpdate(){this.#t!==this.model&&(this.#t?.removeEventListener(`change`,this.#e),this.#t=this.model,this.#t.addEventListener(`change`,this.#e))}disconnectedCallback(){super.disconnectedCallback(),this.#t?.removeEventListener(`change`,this.#e),this.#t=null}};W([F({attribute:!1})],G.prototype,`model`,void 0),W([F({attribute:!1})],G.prototype,`words`,void 0);function kt(e,t,n){let r=/* @__PURE__ */ new Map;for(let i of e)r.set(t(i),(r.get(t(i))??0)+n(i));return[...r].sort((e,t)=>t[1]-e[1])}function At(e,t){return kt(t,e=>e.code,e=>e.count).map(([t,n])=>`${e.number(n)} × ${e.reason(t)}`).join(`; `)}function jt(e,t){return kt(t,e=>e.code,e=>e.count).map(([n,r])=>{let i=t.filter(e=>e.code===n).map(t=>e.channel(t.channel));return E`<li><strong>${e.number(r)}</strong> ${e.warning(n)} <span class="soft">(${i.join(`, `)})</span></li>`})}var Mt=100,K=class extends G{constructor(...e){super(...e),this.status=`failed`,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.items=null,this.cursor=null,this.opened=!1,this.#e=``}#e;get count(){return this.model.batch?.counts?.[this.status]??0}updated(e){let t=`${this.model.batch?.id} ${this.status} ${this.count}`;this.opened&&this.#e!==t&&(this.#e=t,this.#t(null))}async#t(e){let t={status:this.status,limit:Mt,cursor:e??void 0};try{let n=await this.model.api.get(`/mass-replies/{id}/deliveries`,{path:{id:this.model.batch.id},query:t});this.items=e?[...this.items,...n.items]:n.items,this.cursor=n.next_cursor}catch{this.#e=``}}render(){if(this.count===0)return O;let{say:e}=this.words;return E`<details part="people" @toggle=${e=>this.opened=e.target.open}>
      <summary>${this.#n()}</summary>
      ${this.items===null?E`<p class="soft">${e(`loading`)}</p>`:this.#i(this.items)}
      ${this.cursor?E`<button @click=${()=>this.#t(this.cursor)}>${e(`show_more`)}</button>`:O}
    </details>`}#n(){let{say:e}=this.words,t=this.count;return this.status===`skipped`?E`${e(`left_out`,{n:t})}${this.#r()}`:this.status===`failed`?e(`n_failed`,{n:t}):this.status===`uncertain`?E`${e(`n_unknown`,{n:t})} <span class="soft">${e(`not_again`)}</span>`:e(`n_cancelled`,{n:t})}#r(){return E`<span class="soft"> · ${At(this.words,this.model.batch?.preflight?.skipped??[])}</span>`}#i(e){let{reason:t,channel:n,time:r,say:i}=this.words;return[...Map.groupBy(e,e=>e.reason?.code??`unknown`)].map(([e,a])=>E`<h3 class="reason">${t(e)} <span class="soft">(${this.words.number(a.length)})</span></h3>
        <div class="scroll" tabindex="0" role="region" aria-label=${t(e)}>
          <ul class="people">
            ${a.map(e=>{let t=e.settles_after&&new Date(e.settles_after)>/* @__PURE__ */ new Date?e.settles_after:null,a=e.contact_name??i(`unnamed`);return E`<li>
                ${this.tickable?E`<input type="checkbox" aria-label=${a} .checked=${this.ticked.has(e.conversation_id)} @change=${()=>this.#a(e)} />`:O}
                <span><strong>${a}</strong> · ${n(e.channel)}${e.human_id?` · ${e.human_id}`:``}
                  <span class="soft">${e.reason?.detail??``}${t?` (${i(`settling`,{time:r(t)})})`:``}</span></span>
              </li>`})}
          </ul>
        </div>`)}#a(e){let t=new Set(this.ticked);t.delete(e.conversation_id)||t.add(e.conversation_id),this.ticked=t,this.dispatchEvent(new CustomEvent(`ticked`,{detail:t,bubbles:!0}))}};W([F()],K.prototype,`status`,void 0),W([F({type:Boolean})],K.prototype,`tickable`,void 0),W([F({attribute:!1})],K.prototype,`ticked`,void 0),W([I()],K.prototype,`items`,void 0),W([I()],K.prototype,`cursor`,void 0),W([I()],K.prototype,`opened`,void 0),K=W([P(`mass-reply-people`)],K);var q=class extends G{constructor(...e){super(...e),this.typeFrom=100,this.typed=``}get isReady(){let e=this.model.batch?.recipient_count;return!e||this.model.batch?.status!==`awaiting_confirmation`?!1:e<this.typeFrom||this.typed.replace(/[\s.,’'  ]/g,``)===String(e)}shouldUpdate(){return this.model.batch!==null}render(){let{say:e}=this.words,t=this.model.batch,n=t.recipient_count;return t.status===`preparing`||n===null?E`<div class="body"><p class="soft">${e(`preparing_hint`)}</p></div>`:t.status===`expired`?E`<div class="body"><p class="note">${e(`expired`)}</p></div>`:E`<div class="body" part="body">
      ${this.#e(n)}
      <p>${e(`frozen`)}</p>
      <h3>${e(`text_for`)}</h3>
      <div class="samples">${this.#t()}</div>
      <div class="columns">
        <div class="stack"><h3>${e(`costs`)}</h3><ul>${this.#n()}</ul>${this.#r()}</div>
        <ul class="soft">${this.#i(n)}</ul>
      </div>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${n>=this.typeFrom?E`<label class="field"
              ><strong>${e(`type_number`,{n})}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#a} />
            </label>`:O}
    </div>`}#e(e){let{say:t}=this.words,n=this.model.shownBefore;if(n===null||n===e)return O;let r=e>n?t(`changed_more`,{n:e-n}):t(`changed_less`,{n:n-e});return E`<p class="note amber" role="alert">${t(`changed`,{before:n,n:e})} <strong>${r}</strong></p>`}#t(){let{channel:e,say:t}=this.words,n=/* @__PURE__ */ new Set;return[...this.model.batch.preflight.samples].sort((e,t)=>Number(n.has(e.channel))-Number(n.has((n.add(e.channel),t.channel)))).slice(0,3).map(n=>{let r=this.model.people.get(n.conversation_id)?.contact;return E`<div>
        <p class="soft">${e(n.channel)} · ${t(`to`,{name:r?.name??t(`unnamed`)})}</p>
        <div class="bubble" tabindex="0">${n.text}</div>
      </div>`})}#n(){let{say:e}=this.words,{billable:t}=this.model.batch.preflight,n=[[t.sms_segments,`cost_sms`],[t.whatsapp_in_window,`cost_whatsapp`],[t.whatsapp_templates,`cost_template`]].flatMap(([e,t])=>e?[{n:e,key:t}]:[]);return n.length?n.map(({n:t,key:n})=>E`<li>${e(n,{n:t})}</li>`):E`<li>${e(`costs_nothing`)}</li>`}#r(){let e=this.model.batch.preflight.warnings;return e.length?E`<ul class="note amber">${jt(this.words,e)}</ul>`:O}#i(e){let{say:t,time:n}=this.words,{draft:r,batch:i}=this.model;return[r.sendAt?t(`will_schedule`,{time:n(new Date(r.sendAt).toISOString())}):r.hold?t(`will_hold`):null,r.sample!==null&&r.sample<e?t(`will_sample`,{n:r.sample}):null,i.mark_as_done?t(`will_mark_done`):null,i.expires_at?t(`expires`,{time:n(i.expires_at)}):null].map(e=>e&&E`<li>${e}</li>`)}#a(e){this.typed=e.target.value,this.dispatchEvent(new Event(`typed`,{bubbles:!0}))}};W([F({type:Number})],q.prototype,`typeFrom`,void 0),W([I()],q.prototype,`typed`,void 0),q=W([P(`mass-reply-confirm`)],q);function Nt(e,t){let n=/(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(e.slice(0,t));return n&&{start:n.index+n[1].length,name:n[2]??``}}var Pt=(e,t)=>t.trim()?`{{ ${e} | default: ${Ft(t.trim())} }}`:`{{ ${e} }}`,Ft=e=>e.includes(`'`)?`"${e.replaceAll(`"`,`”`)}"`:`'${e}'`,J=class extends G{constructor(...e){super(...e),this.typed=null,this.chosen=0,this.uploading=``,this.tag=`contact.first_name`,this.standIn=``}focusText(){this.area.focus()}get offered(){let{typed:e}=this;return e?this.model.snippets.filter(t=>t.shortcode.startsWith(e.name)).slice(0,50):[]}render(){let{say:e}=this.words,t=this.#e();return E`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${e(`message`)}</strong> <span class="soft">${e(`message_hint`)}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${t.length>0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length?`snippet-${this.chosen}`:O}
          @input=${this.#s}
          @keydown=${this.#c}
          @blur=${()=>this.typed=null}
        ></textarea>
        ${this.#t()}
      </div>
      <div id="faults" aria-live="polite">
        ${t.map(e=>E`<p class="note bad">${e.detail}</p>`)}
      </div>
      ${this.#n()} ${this.#i()}
    </div>`}#e(){let{trouble:e}=this.model;return!e||!(`faults`in e)?[]:e.faults.filter(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`))}#t(){let{say:e}=this.words;return E`<ul id="snippets" class="listbox" role="listbox" aria-label=${e(`snippets`)} ?hidden=${!this.typed||!this.offered.length}>
      ${this.offered.map((e,t)=>E`<li
          id="snippet-${t}"
          role="option"
          aria-selected=${t===this.chosen}
          @mousedown=${t=>{t.preventDefault(),this.#l(`/${e.shortcode} `,this.typed.start)}}
        ><strong>/${e.shortcode}</strong><span>${e.text}</span></li>`)}
    </ul>`}#n(){let{say:e,tag:t}=this.words,n=[...Object.keys(ft),...this.#r()];return E`<div class="row">
      <label class="field"
        >${e(`insert_tag`)}
        <select part="tag" .value=${this.tag} @change=${e=>this.tag=Y(e)}>
          ${n.map(e=>E`<option value=${e} ?selected=${e===this.tag}>${t(e)}</option>`)}
        </select></label
      >
      <label class="field"
        >${e(`if_missing`)}
        <input size="14" .value=${this.standIn} @input=${e=>this.standIn=Y(e)} />
      </label>
      <button class="lower" @click=${()=>this.#l(Pt(this.tag,this.standIn),this.area.selectionStart)}>
        ${e(`insert`)}
      </button>
    </div>`}#r(){let e=/* @__PURE__ */ new Set;for(let t of this.model.people.values()){for(let n of Object.keys(t.custom_fields))e.add(`conversation.custom_fields.${n}`);for(let n of Object.keys(t.contact.custom_fields))e.add(`contact.custom_fields.${n}`)}return[...e].filter(e=>/^[\w.]+$/.test(e)).sort()}#i(){let{say:e}=this.words,{attachments:t}=this.model.draft;return E`<div class="stack">
      <div class="row">
        <button @click=${()=>this.querySelector(`[type=file]`).click()}>${e(`attach`)}</button>
        <input type="file" hidden tabindex="-1" aria-label=${e(`attach`)} @change=${this.#o} />
        <span class="soft" role="status">${this.uploading&&e(`attaching`,{name:this.uploading})}</span>
      </div>
      ${t.map(n=>E`<div class="row">
          <span>📎 ${n.filename} <span class="soft">${this.words.number(Math.ceil(n.size/1e3))} kB</span></span>
          <button
            class="plain"
            aria-label=${e(`remove`,{name:n.filename})}
            @click=${()=>this.model.change({attachments:t.filter(e=>e!==n)})}
          >✕</button>
        </div>`)}
      ${t.length?E`<ul class="soft">${this.#a()}</ul>`:O}
    </div>`}#a(){let{say:e,channel:t}=this.words,n=this.model.preview?.preflight,r=new Set(n?.warnings.filter(e=>e.code===`attachment_dropped`).map(e=>e.channel));return(n?.by_channel??[]).filter(e=>e.recipients>0).map(n=>E`<li>${t(n.channel)}: ${e(r.has(n.channel)?`without_file`:`with_file`)}</li>`)}async#o(e){let t=e.target,n=t.files?.[0];n&&(this.uploading=n.name,await this.model.attach(n),this.uploading=``,t.value=``)}#s(){this.typed=Nt(this.area.value,this.area.selectionStart),this.chosen=0,this.model.change({text:this.area.value})}#c(e){let t=this.offered.length;if(this.typed&&t&&!e.ctrlKey&&!e.metaKey){if(e.key===`ArrowDown`)this.chosen=(this.chosen+1)%t;else if(e.key===`ArrowUp`)this.chosen=(this.chosen+t-1)%t;else if(e.key===`Enter`||e.key===`Tab`)this.#l(`/${this.offered[this.chosen].shortcode} `,this.typed.start);else if(e.key===`Escape`)this.typed=null;else return;e.preventDefault(),e.stopPropagation()}}#l(e,t){this.area.setRangeText(e,t,this.area.selectionEnd,`end`),this.area.focus(),this.#s()}};W([L(`textarea`)],J.prototype,`area`,void 0),W([I()],J.prototype,`typed`,void 0),W([I()],J.prototype,`chosen`,void 0),W([I()],J.prototype,`uploading`,void 0),W([I()],J.prototype,`tag`,void 0),W([I()],J.prototype,`standIn`,void 0),J=W([P(`mass-reply-editor`)],J);var Y=e=>e.target.value,It=250,Lt=class extends EventTarget{#e;#t;#n;#r;#i;constructor(e,t){super(),this.api=e,this.selection=t,this.moment=`opening`,this.me=null,this.draft=n(),this.restored=null,this.preview=null,this.previewing=!1,this.snippets=[],this.people=/* @__PURE__ */ new Map,this.batch=null,this.shownBefore=null,this.trouble=null,this.busy=0,this.acting=!1,this.lostSince=null,this.lastHeard=(/* @__PURE__ */ new Date()).toISOString(),this.#e=null,this.#t=null,this.#n=H(),this.#r=0,this.#i=null,this.reject=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/reject`,{path:{id:this.batch.id},body:{reason:e}}))),this.retry=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/retry`,{path:{id:this.batch.id},body:{reason_codes:e},headers:{"Idempotency-Key":H()}}))),this.resolve=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/resolve`,{path:{id:this.batch.id},body:e}))),e.onBusy=e=>this.#o({busy:e})}get maySend(){return this.#a(`mass_replies:send`)}get mayApprove(){return this.#a(`mass_replies:approve`)&&!this.isMine}get isMine(){let e=this.me?.user?.id??this.me?.key?.id;return this.batch!==null&&e!==void 0&&this.batch.author.id===e}get isDirty(){return this.moment===`write`&&(this.draft.text.trim()!==``||this.draft.attachments.length>0)}#a(e){return this.me?.permissions.includes(e)??!1}#o(e){Object.assign(this,e),this.dispatchEvent(new Event(`change`))}async open(e){await this.#g(async()=>{this.me=await this.api.get(`/me`),this.#e=this.selection&&new a(this.api.base,this.me.tenant,this.me.user?.id,this.selection);let t=this.#e?.load()??null;t?.draft.text&&(this.draft=t.draft,this.restored=t.at);let n=await this.#s(e??t?.id??null,e!==null);n?this.#p(n):await this.#c()})}async#s(e,t){if(e===null)return null;try{let n=await this.api.get(`/mass-replies/{id}`,{path:{id:e}});return t||n.confirmed_at&&!Ze.has(n.status)?n:null}catch(e){if(t||!(e instanceof R&&e.status===404))throw e;return null}}async#c(){if(this.#o({moment:`write`,batch:null}),!this.maySend)return;this.look();let e=await this.api.get(`/snippets`,{query:{limit:500}});this.#o({snippets:e.items})}change(e){this.draft={...this.draft,...e},this.#n=H(),this.#l(null),this.#o({restored:null}),this.look()}#l(e){this.draft.text||e?this.#e?.save(this.draft,e):this.#e?.forget()}discard(){this.#e?.forget(),this.draft=n()}look(){return this.#r++,this.#i??=this.#u().finally(()=>this.#i=null)}async#u(){this.#o({previewing:!0});for(let e=-1;e!==this.#r;)e=this.#r,this.preview&&await V(It),e===this.#r&&await this.#d();this.#o({previewing:!1})}async#d(){try{let{message:e,...t}=this.#f(this.draft),n=await this.api.post(`/mass-replies/preview`,{body:{...t,message:e.text.trim()?e:void 0}});this.#o({preview:n,trouble:null}),await this.meet(n.preflight.samples.map(e=>e.conversation_id))}catch(e){this.#o({trouble:Rt(e)})}}async meet(e){let t=e.filter(e=>!this.people.has(e));await Promise.all(t.map(async e=>this.people.set(e,await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}})))).catch(()=>{}),t.length&&this.#o({})}#f(e){let{template:t}=e;return{selection:this.selection,message:{text:e.text,attachment_ids:e.attachments.map(e=>e.id)},mark_as_done:e.markAsDone,on_unresolved:e.blank?`blank`:`skip`,whatsapp_template:t.name.trim()?{name:t.name.trim(),language:t.language.trim(),body_parameters:t.parameters.split(`
`).filter(e=>e.trim())}:null}}async attach(e){await this.#g(async()=>{let t=new FormData;t.set(`file`,e);let n=await(await this.api.fetch(`/attachments`,{method:`POST`,body:t})).json();this.change({attachments:[...this.draft.attachments,n]})})}async review(){await this.#g(async()=>{this.shownBefore=this.preview?.recipient_count??null;let e={"Idempotency-Key":this.#n},t=await this.api.post(`/mass-replies`,{body:this.#f(this.draft),headers:e});this.#l(t.id),this.#o({batch:t,moment:`confirm`}),this.#h(`created`),this.#m(t.id),await this.meet((t.preflight?.samples??[]).map(e=>e.conversation_id))})}async back(){this.#t?.abort();let e=this.batch?.id;this.#n=H(),this.#l(null),this.#o({moment:`write`,batch:null,trouble:null}),this.look(),e&&await this.api.post(`/mass-replies/{id}/cancel`,{path:{id:e},body:{}}).catch(()=>{})}async confirm(){let{draft:e,batch:t}=this;await this.#g(async()=>{let r=await this.api.post(`/mass-replies/{id}/confirm`,{path:{id:t.id},body:{recipient_count:t.recipient_count,hold_seconds:e.sendAt||!e.hold?0:30,send_at:e.sendAt?new Date(e.sendAt).toISOString():null,sample_size:e.sample}});this.draft=n(),this.#l(r.id),this.#h(`confirmed`,r),this.#p(r)})}async act(e,t){let n={id:this.batch.id},r=t?{channel_account:t}:{};await this.#g(async()=>{let t=e===`pause`||e===`resume`?r:{};this.#p(await this.api.post(`/mass-replies/{id}/${e}`,{path:n,body:t}))})}#p(e){this.#o({batch:e,moment:e.status===`awaiting_confirmation`&&this.selection?`confirm`:`watch`}),this.#m(e.id)}#m(e){this.#t?.abort(),this.#t=new AbortController,Qe(this.api,e,{changed:e=>{let t=e.started_at!==null&&this.batch?.started_at===null,n=e.finished_at!==null&&this.batch?.finished_at===null,r=this.batch?.preflight===null&&e.preflight!==null;this.#o({batch:e,lostSince:null,lastHeard:(/* @__PURE__ */ new Date()).toISOString()}),r&&this.meet(e.preflight.samples.map(e=>e.conversation_id)),t&&this.#h(`sent`,e),n&&this.#h(`finished`,e)},lost:e=>{this.#o({lostSince:this.lastHeard,...e instanceof B?{trouble:e}:{}})}},this.#t.signal)}async again(){this.#o({trouble:null}),this.moment===`opening`?await this.open(null):this.moment===`write`?await this.look():this.batch&&this.#m(this.batch.id)}leave(){this.#t?.abort()}#h(e,t=this.batch){this.dispatchEvent(new CustomEvent(e,{detail:{id:t?.id??null,count:t?.recipient_count??null,counts:t?.counts??null}}))}async#g(e){if(!this.acting){this.#o({acting:!0,trouble:null});try{await e()}catch(e){this.trouble=Rt(e)}finally{this.#o({acting:!1})}}}};function Rt(e){if(e instanceof R||e instanceof z||e instanceof B)return e;throw e}var zt=e=>e.sent+e.delivered+e.read,Bt=e=>e.queued+e.sending,Vt=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],X=class extends G{constructor(...e){super(...e),this.ticked=/* @__PURE__ */ new Set,this.why=``,this.rejecting=``}shouldUpdate(){return this.model.batch!==null}render(){let e=this.model.batch,t=Ze.has(e.status);return E`<div class="body" part="body">
      ${this.#t()}
      ${e.counts?E`<section class="stack" part="progress" aria-label=${this.words.say(`by_channel`)}>${this.#r()}</section>`:O}
      ${this.#n()}
      ${e.confirmed_at?this.#a(t):this.#e()}
      ${t&&e.confirmed_at?this.#l():O}
    </div>`}#e(){return E`<div class="bubble" tabindex="0">${this.model.batch.message.text}</div>`}#t(){let{say:e}=this.words,{batch:t,acting:n}=this.model;if(t.approval?.ruling===`rejected`){let{by:n,reason:r}=t.approval;return E`<p class="note bad">${e(`rejected_by`,{name:n?.name??``,reason:r??``})}</p>`}if(t.status!==`awaiting_approval`)return O;let r=t.recipient_count??0;return E`<div class="note amber stack">
      <p><strong>${e(`asked_by`,{name:t.author.name})}</strong></p>
      <p>${e(`awaits_approval_hint`,{n:r})}</p>
      ${this.#e()}
      ${this.model.mayApprove?E`<div class="row">
              <button class="grave" ?disabled=${n} @click=${()=>this.model.act(`approve`)}>${e(`approve`,{n:r})}</button>
              <label class="field">${e(`reject_reason`)}<input .value=${this.rejecting} @input=${e=>this.rejecting=e.target.value} /></label>
              <button class="stop" ?disabled=${n||!this.rejecting.trim()} @click=${()=>this.model.reject(this.rejecting)}>${e(`reject`)}</button>
            </div>`:O}
    </div>`}#n(){let{say:e,channel:t,time:n}=this.words,r=this.model.batch;return r.status!==`sending`&&r.pause_reason!==`account`?O:r.lanes.filter(e=>e.reason&&(e.state===`paused`||e.state===`cooling`)).map(r=>E`<div class="note amber row spread">
          <span>${r.resume_at?e(`waits_until`,{channel:t(r.channel),time:n(r.resume_at),reason:r.reason}):e(`waits`,{channel:t(r.channel),reason:r.reason})}</span>
          ${r.state===`paused`&&this.model.maySend?E`<button @click=${()=>this.model.act(`resume`,r.channel_account)}>${e(`try_again`)}</button>`:O}
        </div>`)}#r(){return[...Map.groupBy(this.model.batch.lanes,e=>e.channel)].map(([e,t])=>{let n=Object.fromEntries(Vt.map(e=>[e,t.reduce((t,n)=>t+n.counts[e],0)]));return E`<div class="bar"><strong>${this.words.channel(e)}</strong>${Ht(n)}<span>${this.#i(n)}</span></div>`})}#i(e){let{number:t,status:n}=this.words;return Vt.filter(t=>e[t]>0).map((r,i)=>`${i?` · `:``}${t(e[r])} ${n(r)}`)}#a(e){let{say:t}=this.words,{batch:n,acting:r,maySend:i}=this.model,a=i&&[`sending`,`paused`,`completed`,`cancelled`].includes(n.status),o=i&&n.counts.failed>0&&[`sending`,`paused`,`completed`].includes(n.status);return E`<section class="stack" part="results" aria-label=${t(`results`)}>
      <div class="stack card">
        ${this.#s(`failed`)}
        ${o?E`<div class="row"><button ?disabled=${r} @click=${()=>this.model.retry(null)}>${t(`try_again`)}</button><span class="soft">${t(`retry_hint`)}</span></div>`:O}
        ${this.#s(`uncertain`,a)} ${a&&this.ticked.size?this.#c():O}
        ${this.#s(`skipped`)} ${e?this.#s(`cancelled`):O}
        ${this.#o()?E`<p class="soft">${t(`nobody_left_out`)}</p>`:O}
      </div>
    </section>`}#o(){let e=this.model.batch.counts;return!e.failed&&!e.uncertain&&!e.skipped&&!e.cancelled}#s(e,t=!1){return E`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${e} ?tickable=${t} .ticked=${this.ticked}
      @ticked=${e=>this.ticked=e.detail}
    ></mass-reply-people>`}#c(){let{say:e}=this.words,t=async(e,t=!1)=>{await this.model.resolve({conversation_ids:[...this.ticked],outcome:e,send_again:t,reason:this.why.trim()}),this.model.trouble||(this.ticked=/* @__PURE__ */ new Set)},n=this.model.acting||!this.why.trim();return E`<fieldset class="note stack">
      <legend><strong>${e(`mark`)}</strong></legend>
      <label class="field">${e(`mark_why`)}<input .value=${this.why} @input=${e=>this.why=e.target.value} /></label>
      <div class="row">
        <button ?disabled=${n} @click=${()=>t(`sent`)}>${e(`mark_sent`)}</button>
        <button ?disabled=${n} @click=${()=>t(`not_sent`)}>${e(`mark_not_sent`)}</button>
        <button class="stop" ?disabled=${n} @click=${()=>t(`not_sent`,!0)}>${e(`mark_again`)}</button>
      </div>
      <p class="soft">${e(`mark_risk`)}</p>
    </fieldset>`}#l(){let{say:e}=this.words,t=this.model.batch.counts,n=e=>this.dispatchEvent(new CustomEvent(`follow-up`,{detail:e,bubbles:!0}));return E`<div class="row">
      <button @click=${()=>this.#u()}>${e(`export`)}</button>
      ${this.model.maySend&&zt(t)?E`<button @click=${()=>n([`sent`,`delivered`,`read`])}>${e(`follow_up`)}</button>`:O}
      ${this.model.maySend&&t.failed+t.cancelled?E`<button @click=${()=>n([`failed`,`cancelled`])}>${e(`follow_up_failed`)}</button>`:O}
    </div>`}async#u(){let{api:e,batch:t}=this.model,n=await e.fetch(`/mass-replies/${t.id}/deliveries`,{headers:{Accept:`text/csv`}}),r=document.createElement(`a`);r.href=URL.createObjectURL(await n.blob()),r.download=`mass-reply-${t.id}.csv`,r.click(),setTimeout(()=>URL.revokeObjectURL(r.href),6e4)}};W([I()],X.prototype,`ticked`,void 0),W([I()],X.prototype,`why`,void 0),W([I()],X.prototype,`rejecting`,void 0),X=W([P(`mass-reply-watch`)],X);function Ht(e){let t=Vt.reduce((t,n)=>t+e[n],0)||1,n=[[`reached`,zt(e)],[`failed`,e.failed],[`uncertain`,e.uncertain],[`skipped`,e.skipped+e.cancelled]],r=0;return E`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${n.map(([e,n])=>{let i=n/t*100;return r+=i,De`<rect class=${e} x=${r-i} y="0" width=${i} height="4"></rect>`})}
  </svg>`}var Ut=`@£$¥èéùìòÇ
Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`,Wt=`\f^{}\\[~]|€`;function Gt(e){let t=[...e].map(e=>Ut.includes(e)?1:Wt.includes(e)?2:0);return t.every(Boolean)?Kt(t,160,153):Kt([...new Intl.Segmenter().segment(e)].flatMap(({segment:e})=>e===`\r
`?[1,1]:[e.length]),70,67)}function Kt(e,t,n){if(e.reduce((e,t)=>e+t,0)<=t)return 1;let r=1,i=n;for(let t of e)t>i&&(r++,i=n),i-=t;return r}var Z=class extends G{constructor(...e){super(...e),this.channel=null,this.place=0}get samples(){return this.model.preview?.preflight.samples??[]}render(){let{say:e,channel:t}=this.words,n=[...new Set(this.samples.map(e=>e.channel))],r=n.find(e=>e===this.channel)??n[0],i=this.samples.filter(e=>e.channel===r),a=i[Math.min(this.place,i.length-1)];return E`<section class="stack preview" part="preview" aria-label=${e(`preview`)}>
      <h3>${e(`preview`)}</h3>
      <div role="tablist" aria-label=${e(`by_channel`)} @keydown=${this.#a}>
        ${n.map(e=>E`<button
            role="tab"
            id="tab-${e}"
            aria-controls="sample"
            aria-selected=${e===r}
            tabindex=${e===r?0:-1}
            @click=${()=>this.#i(e)}
          >${t(e)}</button>`)}
      </div>
      <div id="sample" role=${r?`tabpanel`:`group`} aria-labelledby=${r?`tab-${r}`:`title`} class="stack">
        <div class="bubble" tabindex="0">${a?a.text:E`<span class="soft">${e(this.#e())}</span>`}</div>
        <div class="row spread">
          <span>${a?this.#t(a):``}</span>
          <span class="row">
            <button class="plain" aria-label=${e(`previous`)} ?disabled=${i.length<2} @click=${()=>this.#r(-1,i.length)}>‹</button>
            <span>${i.length?e(`place_of`,{i:Math.min(this.place,i.length-1)+1,n:i.length}):``}</span>
            <button class="plain" aria-label=${e(`next`)} ?disabled=${i.length<2} @click=${()=>this.#r(1,i.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${a?this.#n(a):``}</p>
      </div>
    </section>`}#e(){return this.model.draft.text.trim()?`preview_nobody`:`preview_empty`}#t(e){let t=this.model.people.get(e.conversation_id);return t?this.words.say(`to`,{name:t.contact.name??this.words.say(`unnamed`)}):``}#n(e){let{say:t}=this.words;if(e.channel===`sms`)return t(`segments`,{n:Gt(e.text)});let n=qt[e.channel];if(!n)return``;let r=n.unit===`bytes`?new TextEncoder().encode(e.text).length:[...e.text].length;return t(n.unit===`bytes`?`used_of_bytes`:`used_of_characters`,{used:r,n:n.most})}#r(e,t){this.place=(Math.min(this.place,t-1)+e+t)%t}#i(e){this.channel=e,this.place=0}#a(e){let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;let n=[...this.querySelectorAll(`[role=tab]`)],r=n[(n.findIndex(e=>e.getAttribute(`aria-selected`)===`true`)+t+n.length)%n.length];r.click(),r.focus()}};W([I()],Z.prototype,`channel`,void 0),W([I()],Z.prototype,`place`,void 0),Z=W([P(`mass-reply-preview`)],Z);var qt={instagram:{most:1e3,unit:`bytes`},facebook:{most:2e3,unit:`characters`},whatsapp:{most:4096,unit:`characters`}},Jt=class extends G{focusText(){this.editor?.focusText()}render(){let{say:e,time:t}=this.words,{model:n}=this;return E`<div class="body" part="body">
      ${n.restored?E`<p class="note">${e(`draft_kept`,{time:t(n.restored)})}</p>`:O}
      <div class="columns">
        <mass-reply-editor .model=${n} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${n} .words=${this.words}></mass-reply-preview>
          ${this.#e()}
        </div>
      </div>
      ${this.#t()}
    </div>`}#e(){let{say:e}=this.words,t=this.model.preview?.preflight.warnings??[];return t.length?E`<div class="note amber" role="group" aria-label=${e(`warnings`)}>
      <ul>
        ${jt(this.words,t)}
      </ul>
    </div>`:O}#t(){let{say:e}=this.words,{draft:t}=this.model,n=e=>this.model.change(e),r=(e,r,i=!1)=>E`<label class="choice"
        ><input
          type="checkbox"
          .checked=${t[e]&&!i}
          ?disabled=${i}
          @change=${t=>n({[e]:t.target.checked})}
        />${r}</label
      >`;return E`<fieldset class="options" part="options">
      <legend class="spoken">${e(`options`)}</legend>
      <div class="columns">
        <div>
          ${r(`markAsDone`,e(`mark_as_done`))} ${r(`hold`,e(`hold`),t.sendAt!==``)}
          ${r(`blank`,e(`blank`))}
          ${t.blank?O:E`<p class="soft indent">${e(`blank_hint`)}</p>`}
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sample!==null}
                @change=${e=>n({sample:e.target.checked?5:null})}
              />${e(`sample`)}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${e(`sample`)}
              ?disabled=${t.sample===null}
              .value=${String(t.sample??5)}
              @change=${e=>n({sample:Math.max(1,Math.trunc(Number(Y(e))||1))})}
            />
            <span class="soft">${e(`sample_unit`)}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sendAt!==``}
                @change=${e=>n({sendAt:e.target.checked?Yt():``})}
              />${e(`schedule`)}</label
            >
            <input
              type="datetime-local"
              aria-label=${e(`schedule_at`)}
              ?disabled=${t.sendAt===``}
              .value=${t.sendAt||Yt()}
              @change=${e=>n({sendAt:Y(e)})}
            />
          </div>
          ${this.#n()}
        </div>
      </div>
    </fieldset>`}#n(){let{say:e}=this.words,{template:t}=this.model.draft;if(!(this.model.preview?.preflight.by_channel)?.some(e=>e.channel===`whatsapp`)&&!t.name)return O;let n=e=>n=>this.model.change({template:{...t,[e]:n.target.value}});return E`<details>
      <summary>${e(`template`)}</summary>
      <div class="stack">
        <label class="field">${e(`template_name`)}<input .value=${t.name} @change=${n(`name`)} /></label>
        <label class="field">${e(`template_language`)}<input size="6" .value=${t.language} @change=${n(`language`)} /></label>
        <label class="field">${e(`template_parameters`)}<textarea rows="2" .value=${t.parameters} @change=${n(`parameters`)}></textarea></label>
      </div>
    </details>`}};W([L(`mass-reply-editor`)],Jt.prototype,`editor`,void 0),Jt=W([P(`mass-reply-write`)],Jt);function Yt(){let e=new Date(Date.now()+36e5);return(/* @__PURE__ */ new Date(e.getTime()-e.getTimezoneOffset()*6e4)).toISOString().slice(0,16)}var Q=class extends N{constructor(...e){super(...e),this.api=``,this.selection=null,this.massReply=null,this.typeNumberFrom=100,this.getToken=()=>Promise.reject(/* @__PURE__ */ Error(`no getToken`)),this.model=null,this.asking=null,this.now=Date.now(),this.#e=null,this.#t=0,this.#n=``,this.#r=0,this.#s=``,this.#_=()=>E`<button class="main" @click=${this.#b}>${this.words.say(`close`)}</button>`,this.#y=()=>{this.model?.isDirty?this.asking=`discard`:this.#b()},this.#b=()=>{this.asking=null,this.close()}}static{this.styles=[nt,rt,it]}#e;#t;#n;#r;get words(){let e=Ot(this);return this.#e?.locale===e?this.#e:this.#e=new Et(e)}async show(){let e=new Ke((this.api||Xt).replace(/\/$/,``),()=>this.getToken());this.#i(new Lt(e,this.selection)),await this.updateComplete,this.dialog.open||this.dialog.showModal(),await this.model.open(this.massReply),await this.updateComplete,this.writeView?.focusText()}close(){this.dialog?.open&&this.dialog.close()}async allowed(){return(await new Ke((this.api||Xt).replace(/\/$/,``),()=>this.getToken()).get(`/me`)).permissions.includes(`mass_replies:send`)}#i(e){this.model?.leave(),this.model=e,e.addEventListener(`change`,()=>this.requestUpdate());for(let t of[`created`,`confirmed`,`sent`,`finished`])e.addEventListener(t,e=>this.#a(t,e.detail));clearInterval(this.#t),this.#t=window.setInterval(()=>this.now=Date.now(),1e3)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#t),this.model?.leave()}#a(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0,composed:!0}))}render(){let e=this.#c();return E`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#x}
      @close=${this.#S}
      @keydown=${this.#C}
    >
      ${this.model&&E`<div class="sheet">
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${e}</h2>
          <button class="plain" aria-label=${this.words.say(`close`)} @click=${this.#y}>✕</button>
          <div class="under">${this.#d()}</div>
        </header>
        ${this.#f()}
        <footer class="foot" part="actions">${this.#p()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#o(e)}</div>
    </dialog>`}#o(e){let t=this.model?`${this.model.moment} ${this.model.batch?.status??``}`:``;return(t!==this.#s||this.now-this.#r>=5e3)&&(this.#s=t,this.#r=this.now,this.#n=e),this.#n}#s;#c(){let{say:e}=this.words,{model:t}=this;if(!t||t.moment===`opening`)return e(`counting`);if(t.moment===`write`)return this.#l(t);let n=t.batch;return t.moment===`confirm`?n.status===`preparing`?e(`preparing`,{n:n.selected_count}):n.status===`expired`?this.words.batchStatus(`expired`):n.recipient_count?e(`confirm_title`,{n:n.recipient_count}):e(`nothing_to_send`):this.#u(t)}#l({preview:e,trouble:t}){let{say:n}=this.words;return t instanceof R&&t.code===`selection_empty`?n(`empty_selection`):e?e.recipient_count===null?n(`selected_only`,{n:e.selected_count}):e.recipient_count===0?n(`nothing_to_send`):n(e.recipient_count===e.selected_count?`will_get_all`:`will_get`,{n:e.recipient_count,of:e.selected_count}):n(`counting`)}#u({batch:e}){let{say:t}=this.words,{status:n,counts:r,dispatch_at:i}=e;if(n===`awaiting_approval`)return t(`awaits_approval`);if(n===`scheduled`&&i){let e=Math.max(0,Math.ceil((Date.parse(i)-this.now)/1e3));return e<=120?t(`sends_in`,{n:e}):t(`sends_at`,{time:this.words.time(i)})}if(!r)return this.words.batchStatus(n);let a=zt(r);return n===`sending`?t(`sending`,{done:e.recipient_count-Bt(r),n:e.recipient_count}):n===`paused`?e.pause_reason===`sample_sent`?t(`paused_sample`,{n:Bt(r)}):t(e.pause_reason===`failure_share`?`paused_failures`:e.pause_reason===`account`?`paused_account`:`paused_person`):n===`expired`?t(`expired`):n===`cancelled`&&a+r.failed+r.uncertain===0?t(`undone`):[t(`sent_to`,{n:a}),r.failed&&t(`n_failed`,{n:r.failed}),r.uncertain&&t(`n_unknown`,{n:r.uncertain}),r.cancelled&&t(`n_cancelled`,{n:r.cancelled})].filter(Boolean).join(` `)}#d(){let{say:e,reason:t,number:n}=this.words,{moment:r,preview:i,lostSince:a}=this.model;if(a)return E`<p class="note amber" role="status">${e(`offline`,{time:this.words.time(a)})}</p>`;if(r!==`write`||!i)return O;if(i.recipient_count===null)return E`<span class="soft">${e(`counted_on_review`)}</span>`;let o=i.selected_count-i.recipient_count;if(!o)return E`<span class="soft">${e(`nobody_left_out`)}</span>`;let s=At(this.words,i.preflight.skipped);return E`<details>
      <summary class="line">${e(`left_out`,{n:o})} <span class="soft">· ${s}</span></summary>
      <ul class="soft">${i.preflight.skipped.map(e=>E`<li>${n(e.count)} · ${this.words.channel(e.channel)} · ${t(e.code)}</li>`)}</ul>
    </details>`}#f(){let{model:e,words:t}=this;switch(e.moment){case`opening`:return E`<div class="body" aria-busy="true"></div>`;case`write`:return e.maySend?E`<mass-reply-write class="part" .model=${e} .words=${t}></mass-reply-write>`:E`<div class="body"><p class="note">${t.say(`no_permission`)}</p></div>`;case`confirm`:return E`<mass-reply-confirm class="part" .model=${e} .words=${t} .typeFrom=${this.typeNumberFrom} @typed=${()=>this.requestUpdate()}></mass-reply-confirm>`;case`watch`:return E`<mass-reply-watch class="part" .model=${e} .words=${t} @follow-up=${this.#v}></mass-reply-watch>`}}#p(){let{say:e}=this.words;return this.asking===`discard`?E`<strong class="say">${e(`discard_title`)}</strong>
        <button class="stop" @click=${()=>{this.model.discard(),this.#b()}}>${e(`discard`)}</button>
        <button @click=${this.#b}>${e(`keep_for_later`)}</button>
        <button class="main" autofocus @click=${()=>this.asking=null}>${e(`keep`)}</button>`:this.asking===`stop`?E`<strong class="say">${e(`stop_sure`)}</strong>
        <button class="stop" @click=${()=>{this.asking=null,this.model.act(`cancel`)}}>${e(`stop`)}</button>
        <button class="main" @click=${()=>this.asking=null}>${e(`keep_sending`)}</button>`:E`<span class="say">${this.#m()}</span>${this.#h()}`}#m(){let{say:e}=this.words,{trouble:t,busy:n,moment:r}=this.model;return n?E`<span role="status">${e(`busy`,{n})}</span>`:t instanceof B?E`<span role="alert">${e(`session_over`)}</span> <button @click=${()=>this.model.again()}>${e(`sign_in_again`)}</button>`:t instanceof z?E`<span role="alert">${e(r===`write`?`offline_write`:`unreachable`)}</span> <button @click=${()=>this.model.again()}>${e(`try_again`)}</button>`:t instanceof R&&t.code!==`selection_empty`&&!t.faults.some(e=>e.pointer.startsWith(`/message`))?E`<span role="alert">${e(`failed_action`,{detail:[t.detail,...t.faults.map(e=>e.detail)].join(` `)})}</span>`:r===`confirm`?E`<strong>${e(`cannot_be_recalled`)}</strong>`:r===`watch`&&!Ze.has(this.model.batch.status)?E`<span class="soft">${e(`you_can_close`)}</span>`:O}#h(){let{say:e}=this.words,t=this.model,{batch:n,acting:r}=t;if(t.moment===`write`){let n=t.draft.text.trim()&&t.preview?.recipient_count!==0&&!t.trouble;return t.maySend?E`<button class="main" ?disabled=${r||!n} @click=${()=>t.review()}>${e(`review`)}</button>`:this.#_()}if(t.moment===`confirm`){let i=n.recipient_count??0,a=this.confirmView?.isReady??i<this.typeNumberFrom;return E`<button ?disabled=${r} @click=${()=>t.back()}>${e(n.status===`expired`?`review_again`:`back`)}</button>
        ${i&&n.status===`awaiting_confirmation`?E`<button class="grave" ?disabled=${r||!a} @click=${()=>t.confirm()}>${e(`send_to`,{n:i})}</button>`:O}`}return t.moment===`opening`?O:E`${t.maySend?this.#g(n.status):O}${this.#_()}`}#g(e){let{say:t}=this.words,{acting:n,batch:r}=this.model,i=E`<button class="stop" ?disabled=${n} @click=${()=>this.asking=`stop`}>${t(`stop`)}</button>`,a=r.counts?Bt(r.counts):0;switch(e){case`scheduled`:return E`<button class="main" ?disabled=${n} @click=${()=>this.model.act(`cancel`)}>${t(`undo`)}</button>`;case`awaiting_approval`:return E`<button ?disabled=${n} @click=${()=>this.model.act(`cancel`)}>${t(`withdraw`)}</button>`;case`sending`:return E`${i}<button ?disabled=${n} @click=${()=>this.model.act(`pause`)}>${t(`pause`)}</button>`;case`paused`:return E`${i}<button class="grave" ?disabled=${n} @click=${()=>this.model.act(`resume`)}>
          ${r.pause_reason===`sample_sent`?t(`go_on_with`,{n:a}):t(`resume`)}
        </button>`;default:return O}}#_;#v(e){let t={follow_up:{mass_reply_id:this.model.batch.id,statuses:e.detail}};this.#i(new Lt(this.model.api,t)),this.model.open(null)}#y;#b;#x(e){e.preventDefault(),this.asking?this.asking=null:this.#y()}#S(){this.model?.leave(),clearInterval(this.#t),this.#a(`closed`,{id:this.model?.batch?.id??null}),this.model=null}#C(e){if(e.key!==`Enter`||!(e.ctrlKey||e.metaKey))return;e.preventDefault();let t=this.model;t?.moment===`write`&&t.draft.text.trim()&&t.preview?.recipient_count&&t.review()}updated(){let e=this.model?.moment;e&&e!==this.#w&&e!==`write`&&e!==`opening`&&this.renderRoot.querySelector(`#title`)?.focus(),this.#w=e}#w};W([F()],Q.prototype,`api`,void 0),W([F({attribute:`selection`,converter:{fromAttribute:e=>e?JSON.parse(e):null}})],Q.prototype,`selection`,void 0),W([F({attribute:`mass-reply`})],Q.prototype,`massReply`,void 0),W([F({type:Number,attribute:`type-number-from`})],Q.prototype,`typeNumberFrom`,void 0),W([F({attribute:!1})],Q.prototype,`getToken`,void 0),W([I()],Q.prototype,`model`,void 0),W([I()],Q.prototype,`asking`,void 0),W([I()],Q.prototype,`now`,void 0),W([L(`dialog`)],Q.prototype,`dialog`,void 0),W([L(`mass-reply-confirm`)],Q.prototype,`confirmView`,void 0),W([L(`mass-reply-write`)],Q.prototype,`writeView`,void 0),Q=W([P(`mass-reply-dialog`)],Q);var Xt=new URL(
/* @vite-ignore */
`..`,import.meta.url).href,$=`mass-reply:`,Zt=[`created`,`confirmed`,`sent`,`finished`,`closed`],Qt=class extends HTMLElement{#e=document.createElement(`mass-reply-dialog`);#t=null;#n=[];connectedCallback(){this.#e.getToken=()=>this.#r();for(let e of Zt)this.#e.addEventListener(e,t=>this.#i(e,t.detail));this.append(this.#e),window.addEventListener(`message`,this.#a),window.parent.postMessage({type:`${$}token`},`*`)}disconnectedCallback(){window.removeEventListener(`message`,this.#a)}#r(){return new Promise(e=>{this.#n.push(e),this.#i(`token`)})}#i(e,t){this.#t&&window.parent.postMessage({type:$+e,detail:t},this.#t)}#a=e=>{let t=(this.getAttribute(`parents`)??``).split(` `);if(e.source!==window.parent||!t.includes(e.origin))return;let n=e.data?.type;typeof n==`string`&&n.startsWith($)&&(this.#t??=e.origin,n===`${$}token`?this.#o(String(e.data.token)):n===`${$}open`?this.#c(e.data):n===`${$}close`&&this.#e.close())};#o(e){let t=this.#n.splice(0);if(t.length)for(let n of t)n(e);else this.#s(e)}async#s(e){this.#e.getToken=async()=>e;let t=await this.#e.allowed().catch(()=>!1);this.#e.getToken=()=>this.#r(),this.#i(`allowed`,t)}#c(e){e.lang&&(document.documentElement.lang=e.lang),this.#e.selection=e.selection??null,this.#e.massReply=e.mass_reply??null,this.#e.typeNumberFrom=e.type_number_from??100,this.#e.show()}};customElements.define(`mass-reply-embed`,Qt);